package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.access.CannedAcl;
import flare.access.Ownership;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Who may do what, over the wire: alice and bob with buckets of their own, carol who was given nothing, root and anybody. */
class AccessTest {

    private static final UsersPort users = new UsersPort();
    private static final TestPort port = users.port;
    private static final Who ROOT = users.root;
    private static final Who NOBODY = users.nobody;
    private static final Who ALICE = users.alice;
    private static final Who BOB = users.bob;
    private static final Who CAROL = users.carol;

    @AfterAll
    static void stop() {
        users.close();
    }

    private static String id(char letter) {
        return UsersPort.id(letter);
    }

    private static String bucketOf(Who who, String... headers) throws IOException {
        return users.bucketOf(who, headers);
    }

    private static String policy(String bucket, String effect, String principal, String action, String more) {
        return UsersPort.policy(bucket, effect, principal, action, more);
    }

    private static void refused(RawClient.Response response, int status, String code) {
        UsersPort.refused(response, status, code);
    }

    @Test
    void eachHasTheOwnBucketsAndNobodyElse() throws IOException {
        String bucket = bucketOf(ALICE);
        assertThat(ALICE.put(bucket + "/own-1")).isEqualTo(200);
        assertThat(ALICE.get(bucket + "/own-1")).isEqualTo(200);
        assertThat(ROOT.get(bucket + "/own-1")).isEqualTo(200);
        for (Who other : new Who[] {BOB, CAROL, NOBODY}) {
            refused(other.ask("GET", bucket + "/own-1", ""), 403, "AccessDenied");
            refused(other.ask("GET", bucket + "/not-there", ""), 403, "AccessDenied");
            refused(other.ask("GET", bucket, ""), 403, "AccessDenied");
            refused(other.ask("PUT", bucket + "/own-1", "x"), 403, "AccessDenied");
            refused(other.ask("DELETE", bucket + "/own-1", ""), 403, "AccessDenied");
            refused(other.ask("GET", bucket + "?policy", ""), 403, "AccessDenied");
            refused(other.ask("PUT", bucket + "?acl", "", "x-amz-acl", "public-read"), 403, "AccessDenied");
            refused(other.ask("DELETE", bucket, ""), 403, "AccessDenied");
        }
        refused(ALICE.ask("GET", bucket + "/not-there", ""), 404, "NoSuchKey");
        refused(CAROL.ask("PUT", "/bucket-of-carol", ""), 403, "AccessDenied");
        refused(NOBODY.ask("GET", "/", ""), 403, "AccessDenied");
        refused(BOB.ask("GET", "/no-such-bucket", ""), 404, "NoSuchBucket");
    }

    @Test
    void aBucketsPolicyGivesAndTakes() throws IOException {
        String bucket = bucketOf(ALICE);
        assertThat(ALICE.put(bucket + "/policy-1")).isEqualTo(200);
        refused(ALICE.ask("GET", bucket + "?policy", ""), 404, "NoSuchBucketPolicy");
        String forBob = policy(bucket, "Allow", "{'AWS': 'arn:aws:iam:::user/bob'}", "s3:GetObject", "");
        assertThat(ALICE.status("PUT", bucket + "?policy", forBob)).isEqualTo(204);
        assertThat(ALICE.ask("GET", bucket + "?policy", "").body()).isEqualTo(forBob);
        assertThat(ALICE.ask("GET", bucket + "?policyStatus", "").body()).contains("<IsPublic>false<");
        assertThat(BOB.get(bucket + "/policy-1")).isEqualTo(200);
        assertThat(CAROL.get(bucket + "/policy-1")).isEqualTo(403);
        assertThat(NOBODY.get(bucket + "/policy-1")).isEqualTo(403);
        refused(BOB.ask("GET", bucket + "/policy-none", ""), 403, "AccessDenied");

        assertThat(ALICE.status("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:GetObject", "")))
                .isEqualTo(204);
        assertThat(ALICE.ask("GET", bucket + "?policyStatus", "").body()).contains("<IsPublic>true<");
        assertThat(NOBODY.get(bucket + "/policy-1")).isEqualTo(200);
        assertThat(NOBODY.put(bucket + "/policy-1")).isEqualTo(403);

        assertThat(ALICE.status("PUT", bucket + "?policy", policy(bucket, "Deny", "'*'", "s3:GetObject", "")))
                .isEqualTo(204);
        assertThat(ALICE.get(bucket + "/policy-1")).isEqualTo(403);
        assertThat(ROOT.get(bucket + "/policy-1")).isEqualTo(200);
        assertThat(ALICE.status("DELETE", bucket + "?policy", "")).isEqualTo(204);
        assertThat(ALICE.get(bucket + "/policy-1")).isEqualTo(200);
    }

    @Test
    void refusesPoliciesThatMeanNothing() throws IOException {
        String bucket = bucketOf(ALICE);
        for (String policy : new String[] {
            "",
            "{}",
            policy("/other", "Allow", "'*'", "s3:GetObject", ""),
            policy(bucket, "Allow", "'*'", "iam:PassRole", ""),
            policy(bucket, "Allow", "{'AWS': 'arn:aws:iam:::user/nobody'}", "s3:GetObject", ""),
            policy(bucket, "Allow", "{'CanonicalUser': '" + id('d') + "'}", "s3:GetObject", ""),
            policy(bucket, "Allow", "{'AWS': 'arn:aws:iam::" + id('d') + ":root'}", "s3:GetObject", ""),
            policy(bucket, "Allow", "{'AWS': '123456789012'}", "s3:GetObject", ""),
            policy(bucket, "Allow", "{'AWS': 'arn:aws:iam:::user/" + "n".repeat(65) + "'}", "s3:GetObject", ""),
            policy(bucket, "Allow", "'*'", "s3:GetObject", ", 'Condition': {'StringSame': {'aws:Referer': 'x'}}"),
        }) {
            refused(ALICE.ask("PUT", bucket + "?policy", policy), 400, "MalformedPolicy");
        }
        refused(ALICE.ask("GET", bucket + "?policy", ""), 404, "NoSuchBucketPolicy");
        for (String principal : new String[] {
            "{'AWS': '" + port.settings.s3().rootId() + "'}",
            "{'AWS': 'arn:aws:iam:::root'}",
            "{'AWS': '" + id('b') + "'}"
        }) {
            String known = policy(bucket, "Allow", principal, "s3:GetObject", "");
            assertThat(ALICE.status("PUT", bucket + "?policy", known)).isEqualTo(204);
        }
    }

    @Test
    void conditionsAreHeld() throws IOException {
        String bucket = bucketOf(ALICE);
        assertThat(ALICE.put(bucket + "/tagged-1", "x-amz-tagging", "level=public"))
                .isEqualTo(200);
        assertThat(ALICE.put(bucket + "/tagged-2")).isEqualTo(200);
        String tagged = ", 'Condition': {'StringEquals': {'s3:ExistingObjectTag/level': 'public'}}";
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:GetObject", tagged));
        assertThat(NOBODY.get(bucket + "/tagged-1")).isEqualTo(200);
        assertThat(NOBODY.get(bucket + "/tagged-2")).isEqualTo(403);

        String prefix = ", 'Condition': {'StringLike': {'s3:prefix': 'public/*'}}";
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:ListBucket", prefix));
        assertThat(NOBODY.get(bucket + "?prefix=public/")).isEqualTo(200);
        assertThat(NOBODY.get(bucket)).isEqualTo(403);
        assertThat(NOBODY.get(bucket + "/public/none")).isEqualTo(404);
        assertThat(NOBODY.get(bucket + "/private/none")).isEqualTo(403);

        String here = ", 'Condition': {'IpAddress': {'aws:SourceIp': ['127.0.0.1', '::1']}}";
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:GetObject", here));
        assertThat(NOBODY.get(bucket + "/tagged-2")).isEqualTo(200);
        String there = ", 'Condition': {'IpAddress': {'aws:SourceIp': '10.0.0.0/8'}}";
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:GetObject", there));
        assertThat(NOBODY.get(bucket + "/tagged-2")).isEqualTo(403);

        String asked = ", 'Condition': {'StringEquals': {'s3:RequestObjectTag/a': 'b'}}";
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:PutObjectTagging", asked));
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>%s</Value></Tag></TagSet></Tagging>";
        assertThat(NOBODY.status("PUT", bucket + "/tagged-2?tagging", tags.formatted("c")))
                .isEqualTo(403);
        assertThat(NOBODY.status("PUT", bucket + "/tagged-2?tagging", tags.formatted("b")))
                .isEqualTo(200);
    }

    /** Row 77 of the bad input. */
    @Test
    void aCopysSourceIsAuthorisedBeforeAnythingIsCopied() throws IOException {
        String from = bucketOf(ALICE);
        String to = bucketOf(BOB);
        assertThat(ALICE.put(from + "/source-1")).isEqualTo(200);
        long before = port.objects.copyCalls.get();
        refused(BOB.ask("PUT", to + "/copied-1", "", "x-amz-copy-source", from + "/source-1"), 403, "AccessDenied");
        refused(BOB.ask("PUT", from + "/copied-1", "", "x-amz-copy-source", from + "/source-1"), 403, "AccessDenied");
        assertThat(port.objects.copyCalls.get()).isEqualTo(before);
        ALICE.ask(
                "PUT",
                from + "?policy",
                policy(from, "Allow", "{'CanonicalUser': '" + id('b') + "'}", "s3:GetObject", ""));
        assertThat(BOB.status("PUT", to + "/copied-1", "", "x-amz-copy-source", from + "/source-1"))
                .isEqualTo(200);
        ALICE.put(from + "/source-2", "x-amz-tagging", "a=b");
        refused(BOB.ask("PUT", to + "/copied-2", "", "x-amz-copy-source", from + "/source-2"), 403, "AccessDenied");
        refused(
                BOB.ask(
                        "PUT",
                        to + "/copied-3",
                        "",
                        "x-amz-copy-source",
                        from + "/source-1",
                        "x-amz-source-expected-bucket-owner",
                        id('b')),
                403,
                "AccessDenied");
    }

    @Test
    void eachKeyOfDeleteObjectsIsAskedFor() throws IOException {
        String bucket = bucketOf(ALICE);
        ALICE.put(bucket + "/delete-a");
        ALICE.put(bucket + "/delete-b");
        String forBob = policy(bucket, "Allow", "{'AWS': '" + id('b') + "'}", "s3:DeleteObject", "")
                .replace(bucket.substring(1) + "/*", bucket.substring(1) + "/delete-a");
        assertThat(ALICE.status("PUT", bucket + "?policy", forBob)).isEqualTo(204);
        String document = "<Delete><Object><Key>delete-a</Key></Object><Object><Key>delete-b</Key></Object></Delete>";
        RawClient.Response response = BOB.ask(
                "POST",
                bucket + "?delete",
                document,
                "x-amz-checksum-crc32",
                java.util.Base64.getEncoder().encodeToString(crc32(document)));
        assertThat(response.body()).contains("<Deleted><Key>delete-a</Key></Deleted>", "AccessDenied");
        assertThat(port.objects.keys()).contains("delete-b").doesNotContain("delete-a");
    }

    private static byte[] crc32(String text) {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(SignedClient.bytes(text));
        return java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    }

    @Test
    void cannedAclsForEachCaller() throws IOException {
        for (CannedAcl canned : CannedAcl.values()) {
            boolean all = canned == CannedAcl.PUBLIC_READ || canned == CannedAcl.PUBLIC_READ_WRITE;
            boolean signed = all || canned == CannedAcl.AUTHENTICATED_READ;
            boolean writes = canned == CannedAcl.PUBLIC_READ_WRITE;
            String bucket = bucketOf(
                    ALICE, "x-amz-object-ownership", Ownership.OBJECT_WRITER.label(), "x-amz-acl", canned.label());
            String key = bucket + "/acl-" + canned.label();
            assertThat(ALICE.put(key, "x-amz-acl", canned.label())).isEqualTo(200);
            for (Who who : new Who[] {BOB, CAROL, NOBODY}) {
                int reads = (who.signer().isEmpty() ? all : signed) ? 200 : 403;
                String as = canned + " " + who;
                assertThat(who.get(key)).as(as).isEqualTo(reads);
                assertThat(who.get(bucket)).as(as).isEqualTo(reads);
                assertThat(who.put(bucket + "/acl-new")).as(as).isEqualTo(writes ? 200 : 403);
                assertThat(who.get(key + "?acl")).as(as).isEqualTo(403);
                assertThat(who.get(bucket + "?acl")).as(as).isEqualTo(403);
                assertThat(who.status("DELETE", bucket, "")).as(as).isEqualTo(403);
            }
            assertThat(ALICE.ask("GET", key + "?acl", "").body())
                    .contains("<Owner><ID>" + id('a') + "</ID><DisplayName>alice</DisplayName></Owner>");
        }
    }

    @Test
    void aclsAreGrantedToUsersThatAreThere() throws IOException {
        String bucket = bucketOf(ALICE, "x-amz-object-ownership", "ObjectWriter");
        assertThat(ALICE.put(bucket + "/granted", "x-amz-grant-read", "id=\"" + id('b') + "\""))
                .isEqualTo(200);
        assertThat(BOB.get(bucket + "/granted")).isEqualTo(200);
        assertThat(CAROL.get(bucket + "/granted")).isEqualTo(403);
        refused(ALICE.ask("PUT", bucket + "/x", "", "x-amz-grant-read", "id=" + id('d')), 400, "InvalidArgument");
        refused(ALICE.ask("PUT", bucket + "/x", "", "x-amz-grant-read", "id=_foo"), 400, "InvalidArgument");
        refused(
                ALICE.ask("PUT", bucket + "/x", "", "x-amz-grant-read", "emailAddress=a@b.c"),
                400,
                "UnresolvableGrantByEmailAddress");
        refused(ALICE.ask("PUT", bucket + "/x", "", "x-amz-acl", "aws-exec-read"), 400, "InvalidArgument");
        String document = "<AccessControlPolicy><Owner><ID>" + id('a') + "</ID></Owner><AccessControlList><Grant>"
                + "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>"
                + id('c')
                + "</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";
        assertThat(ALICE.status("PUT", bucket + "/granted?acl", document)).isEqualTo(200);
        assertThat(BOB.get(bucket + "/granted")).isEqualTo(403);
        assertThat(CAROL.get(bucket + "/granted")).isEqualTo(200);
        assertThat(CAROL.ask("GET", bucket + "/granted?acl", "").body()).contains(id('c'), "<DisplayName>carol<");
        refused(ALICE.ask("PUT", bucket + "?acl", "<AccessControlPolicy/>"), 400, "MalformedACLError");
        refused(ALICE.ask("PUT", bucket + "?acl", document.replace("FULL_CONTROL", "ALL")), 400, "MalformedACLError");
        refused(ALICE.ask("PUT", bucket + "?acl", document.replaceFirst(id('a'), id('b'))), 403, "AccessDenied");
    }

    @Test
    void withoutAclsThereAreNone() throws IOException {
        String bucket = bucketOf(ALICE);
        assertThat(ALICE.ask("GET", bucket + "?ownershipControls", "").body())
                .contains("<ObjectOwnership>BucketOwnerEnforced<");
        for (String acl : new String[] {"private", "public-read"}) {
            refused(ALICE.ask("PUT", bucket + "/none", "", "x-amz-acl", acl), 400, "AccessControlListNotSupported");
            refused(ALICE.ask("PUT", bucket + "?acl", "", "x-amz-acl", acl), 400, "AccessControlListNotSupported");
        }
        refused(ROOT.ask("PUT", bucket + "/none", "", "x-amz-acl", "private"), 400, "AccessControlListNotSupported");
        assertThat(ALICE.put(bucket + "/enforced", "x-amz-acl", "bucket-owner-full-control"))
                .isEqualTo(200);
        refused(
                ALICE.ask("PUT", "/bucket-public", "", "x-amz-acl", "public-read"),
                400,
                "InvalidBucketAclWithObjectOwnership");

        String writer =
                "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>";
        assertThat(ALICE.status("PUT", bucket + "?ownershipControls", writer)).isEqualTo(200);
        assertThat(ALICE.status("PUT", bucket + "?acl", "", "x-amz-acl", "public-read"))
                .isEqualTo(200);
        refused(
                ALICE.ask("PUT", bucket + "?ownershipControls", writer.replace("ObjectWriter", "BucketOwnerEnforced")),
                400,
                "InvalidBucketAclWithObjectOwnership");
        refused(ALICE.ask("PUT", bucket + "?ownershipControls", writer.replace("Writer", "W")), 400, "MalformedXML");
        assertThat(ALICE.status("DELETE", bucket + "?ownershipControls", "")).isEqualTo(204);
        refused(ALICE.ask("GET", bucket + "?ownershipControls", ""), 404, "OwnershipControlsNotFoundError");
    }

    /** Debian 12's rclone makes buckets so, and says the same with every object. */
    @Test
    void aBucketMadePrivateTakesPrivateObjects() throws IOException {
        String bucket = bucketOf(ALICE, "x-amz-acl", "private");
        assertThat(ALICE.ask("GET", bucket + "?ownershipControls", "").body())
                .contains("<ObjectOwnership>BucketOwnerPreferred<");
        assertThat(ALICE.put(bucket + "/private", "x-amz-acl", "private")).isEqualTo(200);
        String enforced = bucketOf(ALICE, "x-amz-acl", "private", "x-amz-object-ownership", "BucketOwnerEnforced");
        refused(ALICE.ask("PUT", enforced + "/no", "", "x-amz-acl", "private"), 400, "AccessControlListNotSupported");
    }

    /** Or a crash in between would leave a bucket whose ACLs count, and whose maker is told that it is there. */
    @Test
    void aBucketIsMadeWithItsOwnershipAndAclInOneStep() throws IOException {
        port.objects.buckets.refusesDocuments = true;
        try {
            assertThat(ALICE.ask("GET", bucketOf(ALICE) + "?ownershipControls", "")
                            .body())
                    .contains("<ObjectOwnership>BucketOwnerEnforced<");
            String open = bucketOf(ALICE, "x-amz-object-ownership", "ObjectWriter", "x-amz-acl", "public-read");
            assertThat(NOBODY.get(open)).isEqualTo(200);
        } finally {
            port.objects.buckets.refusesDocuments = false;
        }
    }

    @Test
    void publicAccessIsBlocked() throws IOException {
        String bucket = bucketOf(ALICE, "x-amz-object-ownership", "ObjectWriter", "x-amz-acl", "public-read");
        assertThat(NOBODY.get(bucket)).isEqualTo(200);
        refused(ALICE.ask("GET", bucket + "?publicAccessBlock", ""), 404, "NoSuchPublicAccessBlockConfiguration");
        String block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true"
                + "</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>";
        assertThat(ALICE.status("PUT", bucket + "?publicAccessBlock", block)).isEqualTo(200);
        assertThat(ALICE.ask("GET", bucket + "?publicAccessBlock", "").body())
                .contains("<BlockPublicAcls>true<", "<RestrictPublicBuckets>false<");
        assertThat(NOBODY.get(bucket)).isEqualTo(403);
        refused(ALICE.ask("PUT", bucket + "?acl", "", "x-amz-acl", "public-read"), 403, "AccessDenied");
        refused(ALICE.ask("PUT", bucket + "/b", "", "x-amz-acl", "authenticated-read"), 403, "AccessDenied");
        refused(
                ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "'*'", "s3:GetObject", "")),
                403,
                "AccessDenied");
        refused(
                ALICE.ask("PUT", bucket + "?publicAccessBlock", block.replace(">true<", ">maybe<")),
                400,
                "MalformedXML");
        assertThat(ALICE.status("DELETE", bucket + "?publicAccessBlock", "")).isEqualTo(204);
        assertThat(NOBODY.get(bucket)).isEqualTo(200);
    }

    @Test
    void aWriterIsNotGivenWhatOthersMayRead() throws IOException {
        String bucket = bucketOf(ALICE, "x-amz-object-ownership", "ObjectWriter");
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Allow", "{'AWS': '" + id('b') + "'}", "s3:PutObject", ""));
        assertThat(BOB.put(bucket + "/written-1")).isEqualTo(200);
        assertThat(BOB.put(bucket + "/written-2", "x-amz-acl", "bucket-owner-full-control"))
                .isEqualTo(200);
        refused(BOB.ask("PUT", bucket + "/written-3", "", "x-amz-acl", "public-read"), 403, "AccessDenied");
        refused(BOB.ask("PUT", bucket + "/written-3", "", "x-amz-tagging", "a=b"), 403, "AccessDenied");
        assertThat(BOB.ask("GET", bucket + "/written-1?acl", "").body()).contains("<Owner><ID>" + id('b'));
    }

    @Test
    void whoMayWriteByTheBucketsAclSaysWhatAnObjectIsWrittenWith() throws IOException {
        String bucket = bucketOf(ALICE, "x-amz-object-ownership", "ObjectWriter", "x-amz-acl", "public-read-write");
        Map<String, Who> writers = Map.of("b", BOB, "c", CAROL, "n", NOBODY);
        for (Map.Entry<String, Who> entry : writers.entrySet()) {
            String key = bucket + "/with-" + entry.getKey();
            Who who = entry.getValue();
            assertThat(who.put(key)).isEqualTo(200);
            refused(NOBODY.ask("GET", key, ""), 403, "AccessDenied");
            assertThat(who.put(key, "x-amz-acl", "public-read", "x-amz-tagging", "a=b"))
                    .isEqualTo(200);
            assertThat(NOBODY.get(key)).isEqualTo(200);
        }
        refused(NOBODY.ask("PUT", bucket + "/with-n?acl", "", "x-amz-acl", "public-read-write"), 403, "AccessDenied");
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>c</Value></Tag></TagSet></Tagging>";
        refused(NOBODY.ask("PUT", bucket + "/with-n?tagging", tags), 403, "AccessDenied");
        ALICE.ask("PUT", bucket + "?policy", policy(bucket, "Deny", "'*'", "s3:PutObjectAcl", ""));
        refused(NOBODY.ask("PUT", bucket + "/with-n", "x", "x-amz-acl", "public-read"), 403, "AccessDenied");
        assertThat(NOBODY.put(bucket + "/with-n")).isEqualTo(200);
    }

    @Test
    void nobodyMakesAnothersBucketAgain() throws IOException {
        String bucket = bucketOf(ALICE);
        refused(BOB.ask("PUT", bucket, ""), 409, "BucketAlreadyExists");
        assertThat(ALICE.status("PUT", bucket, "")).isEqualTo(200);
    }

    @Test
    void anExpectedOwnerMustBeTheOwner() throws IOException {
        String bucket = bucketOf(ALICE);
        assertThat(ALICE.status("GET", bucket, "", "x-amz-expected-bucket-owner", id('a')))
                .isEqualTo(200);
        for (Who who : new Who[] {ALICE, ROOT}) {
            refused(who.ask("GET", bucket, "", "x-amz-expected-bucket-owner", id('b')), 403, "AccessDenied");
        }
    }

    @Test
    void everyActionOfTheRouteTableIsOneThatPoliciesKnow() {
        RouterTest.routes().forEach(route -> {
            String action = route.rule().action();
            new flare.access.Question(flare.access.Caller.ANONYMOUS, action, "arn:aws:s3:::b", flare.access.Facts.NONE);
            if (route instanceof ObjectRoute && route.rule().parameters().contains("versionId")) {
                new flare.access.Question(
                        flare.access.Caller.ANONYMOUS,
                        BucketRights.action(route, true),
                        "arn:aws:s3:::b",
                        flare.access.Facts.NONE);
            }
        });
    }
}
