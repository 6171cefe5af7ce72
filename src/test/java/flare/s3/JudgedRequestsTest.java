package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What conditions are judged by is what the request does, however it is said. */
class JudgedRequestsTest {

    private static final String EVERYBODY = "'*'";
    private static final String TAGS = "<Tagging><TagSet><Tag><Key>%s</Key><Value>%s</Value></Tag></TagSet></Tagging>";

    private static final UsersPort users = new UsersPort();

    @AfterAll
    static void stop() {
        users.close();
    }

    private static String of(char user) {
        return "{'AWS': '" + UsersPort.id(user) + "'}";
    }

    private static String when(String condition) {
        return ", 'Condition': {" + condition + "}";
    }

    private static void put(String bucket, String policy) throws IOException {
        assertThat(users.root.status("PUT", bucket + "?policy", policy)).isEqualTo(204);
    }

    private static String allow(String bucket, char user, String action, String condition) {
        return UsersPort.statement(bucket, "Allow", of(user), action, condition.isEmpty() ? "" : when(condition));
    }

    private static void denied(RawClient.Response response) {
        UsersPort.refused(response, 403, "AccessDenied");
    }

    @Test
    void aCopyThatTakesTagsAsksForTheRightToWriteThem() throws IOException {
        String from = users.bucketOf(users.bob);
        String to = users.bucketOf(users.alice);
        assertThat(users.bob.put(from + "/copy-tagged", "x-amz-tagging", "level=secret"))
                .isEqualTo(200);
        assertThat(users.bob.put(from + "/copy-plain")).isEqualTo(200);
        String[] source = {"x-amz-copy-source", from + "/copy-tagged"};
        put(to, UsersPort.policy(allow(to, 'b', "s3:PutObject", "")));
        denied(users.bob.ask("PUT", to + "/copied", "", source));
        assertThat(users.bob.status("PUT", to + "/copied", "", "x-amz-copy-source", from + "/copy-plain"))
                .isEqualTo(200);
        assertThat(users.bob.status(
                        "PUT",
                        to + "/copied",
                        "",
                        "x-amz-copy-source",
                        source[1],
                        "x-amz-tagging-directive",
                        "REPLACE"))
                .isEqualTo(200);

        String write = allow(to, 'b', "s3:PutObject", "");
        String only = "'StringEquals': {'s3:RequestObjectTag/level': '%s'}";
        put(to, UsersPort.policy(write, allow(to, 'b', "s3:PutObjectTagging", only.formatted("public"))));
        denied(users.bob.ask("PUT", to + "/copied", "", source));
        denied(users.bob.ask(
                "PUT", to + "/copied", "", "x-amz-copy-source", source[1], "x-amz-tagging", "level=public"));
        put(to, UsersPort.policy(write, allow(to, 'b', "s3:PutObjectTagging", only.formatted("secret"))));
        assertThat(users.bob.status("PUT", to + "/copied", "", source)).isEqualTo(200);
    }

    @Test
    void tagsOfADocumentAreJudgedWithoutThoseOfAHeader() throws IOException {
        String bucket = users.bucketOf(users.alice);
        assertThat(users.alice.put(bucket + "/tag-document")).isEqualTo(200);
        put(
                bucket,
                UsersPort.policy(allow(
                        bucket,
                        'c',
                        "s3:PutObjectTagging",
                        "'StringEquals': {'s3:RequestObjectTag/level': 'public'}")));
        String target = bucket + "/tag-document?tagging";
        denied(users.carol.ask("PUT", target, TAGS.formatted("a", "b"), "x-amz-tagging", "level=public"));
        assertThat(users.carol.status("PUT", target, TAGS.formatted("level", "public")))
                .isEqualTo(200);
    }

    @Test
    void allGrantHeadersAreJudged() throws IOException {
        String bucket = users.bucketOf(users.alice, "x-amz-object-ownership", "ObjectWriter");
        String bob = "id=" + UsersPort.id('b');
        put(
                bucket,
                UsersPort.policy(UsersPort.statement(
                        bucket,
                        "Deny",
                        EVERYBODY,
                        "s3:PutObject",
                        when("'StringLike': {'s3:x-amz-grant-read': '*" + bob + "*'}"))));
        denied(users.alice.ask("PUT", bucket + "/grants", "x", "x-amz-grant-read", bob));
        WireRequest twice = SignedClient.with(
                SignedClient.request("PUT", bucket + "/grants", 1), "x-amz-grant-read", "id=" + UsersPort.id('a'), bob);
        denied(users.alice.send(twice, "x"));
    }

    @Test
    void theVersionOfACopysSourceIsJudged() throws IOException {
        String from = users.bucketOf(users.alice);
        String to = users.bucketOf(users.bob);
        assertThat(users.alice.put(from + "/copy-version")).isEqualTo(200);
        String read = allow(from, 'b', "s3:GetObject*", "");
        put(
                from,
                UsersPort.policy(
                        read,
                        UsersPort.statement(
                                from,
                                "Deny",
                                EVERYBODY,
                                "s3:GetObjectVersion",
                                when("'StringEquals': {'s3:VersionId': 'null'}"))));
        denied(users.bob.ask("GET", from + "/copy-version?versionId=null", ""));
        denied(users.bob.ask(
                "PUT", to + "/copied-version", "", "x-amz-copy-source", from + "/copy-version?versionId=null"));
        assertThat(users.bob.status("PUT", to + "/copied-version", "", "x-amz-copy-source", from + "/copy-version"))
                .isEqualTo(200);
    }

    @Test
    void whatOnlyACopyHasIsNoFactOfAnythingElse() throws IOException {
        String bucket = users.bucketOf(users.alice);
        put(
                bucket,
                UsersPort.policy(
                        allow(bucket, 'c', "s3:PutObject", "'StringLike': {'s3:x-amz-copy-source': 'trusted/*'}")));
        Map<String, String> fields = new TreeMap<>(Map.of("key", "lie", "x-amz-copy-source", "trusted/a"));
        denied(post(users.carol, bucket, fields));
    }

    @Test
    void rootsBucketsHaveAnAccount() throws IOException {
        String bucket = users.bucketOf(users.root);
        String root = users.port.settings.s3().rootId();
        assertThat(users.root.put(bucket + "/of-root")).isEqualTo(200);
        put(
                bucket,
                UsersPort.policy(
                        allow(bucket, 'c', "s3:GetObject", "'StringEquals': {'s3:ResourceAccount': '" + root + "'}")));
        assertThat(users.carol.get(bucket + "/of-root")).isEqualTo(200);
        put(
                bucket,
                UsersPort.policy(
                        allow(bucket, 'c', "s3:GetObject", ""),
                        UsersPort.statement(
                                bucket,
                                "Deny",
                                EVERYBODY,
                                "s3:GetObject",
                                when("'StringEquals': {'aws:ResourceAccount': '" + root + "'}"))));
        denied(users.carol.ask("GET", bucket + "/of-root", ""));
    }

    @Test
    void pagesTooLargeAreJudgedWhateverTheirDigits() throws IOException {
        String bucket = users.bucketOf(users.alice);
        put(
                bucket,
                UsersPort.policy(
                        allow(bucket, 'c', "s3:ListBucket", ""),
                        UsersPort.statement(
                                bucket,
                                "Deny",
                                EVERYBODY,
                                "s3:ListBucket",
                                when("'NumericGreaterThan': {'s3:max-keys': 10}"))));
        assertThat(users.carol.get(bucket + "?max-keys=10")).isEqualTo(200);
        for (String many : List.of("11", "1" + "0".repeat(18), "0".repeat(30) + "11", "9".repeat(500))) {
            denied(users.carol.ask("GET", bucket + "?max-keys=" + many, ""));
        }
    }

    /** Signed by the fields, when there is a signer; otherwise what anybody sends. */
    private static RawClient.Response post(Who who, String bucket, Map<String, String> fields, String... headers)
            throws IOException {
        Map<String, String> all = new TreeMap<>(fields);
        Instant now = Instant.now();
        who.signer()
                .ifPresent(signer -> all.putAll(signer.signPolicy(
                        Base64.getEncoder().encodeToString(SignedClient.bytes(formPolicy(now, bucket, fields))), now)));
        StringBuilder body = new StringBuilder();
        all.forEach((name, value) -> body.append("--edge\r\nContent-Disposition: form-data; name=\"")
                .append(name)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        body.append("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n--edge--\r\n");
        WireRequest request = SignedClient.with(
                SignedClient.request("POST", bucket, body.length(), headers),
                "content-type",
                "multipart/form-data; boundary=edge");
        return new Who(who.port(), Optional.empty()).send(request, body.toString());
    }

    private static String formPolicy(Instant now, String bucket, Map<String, String> fields) {
        StringBuilder conditions = new StringBuilder("{\"bucket\": \"" + bucket.substring(1)
                + "\"}, [\"starts-with\", \"$x-amz-algorithm\", \"\"], "
                + "[\"starts-with\", \"$x-amz-credential\", \"\"], [\"starts-with\", \"$x-amz-date\", \"\"]");
        fields.keySet()
                .forEach(name -> conditions
                        .append(", [\"starts-with\", \"$")
                        .append(name)
                        .append("\", \"\"]"));
        return "{\"expiration\": \"" + now.plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS)
                + "\", \"conditions\": [" + conditions + "]}";
    }

    @Test
    void aFormsTagsAreThoseThatAreStored() throws IOException {
        String bucket = users.bucketOf(users.alice);
        String write = allow(bucket, 'c', "s3:PutObject", "");
        put(
                bucket,
                UsersPort.policy(
                        write,
                        allow(
                                bucket,
                                'c',
                                "s3:PutObjectTagging",
                                "'StringEquals': {'s3:RequestObjectTag/level': 'public'}")));
        String secret = TAGS.formatted("level", "secret");
        denied(post(users.carol, bucket, Map.of("key", "form-tags", "tagging", secret)));
        UsersPort.refused(
                post(
                        users.carol,
                        bucket,
                        Map.of("key", "form-tags", "tagging", secret, "x-amz-tagging", "level=public")),
                400,
                "InvalidArgument");
        UsersPort.refused(
                post(users.carol, bucket, Map.of("key", "form-tags", "x-amz-tagging", "level=public")),
                400,
                "InvalidArgument");
        denied(post(
                users.carol, bucket, Map.of("key", "form-tags", "tagging", secret), "x-amz-tagging", "level=public"));
        assertThat(post(users.carol, bucket, Map.of("key", "form-tags", "tagging", TAGS.formatted("level", "public")))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aFormSaysByWhatItWasSigned() throws IOException {
        String bucket = users.bucketOf(users.alice);
        String deny = UsersPort.statement(
                bucket, "Deny", EVERYBODY, "s3:PutObject", when("'StringEquals': {'s3:authType': 'POST'}"));
        put(bucket, UsersPort.policy(deny));
        denied(post(users.alice, bucket, Map.of("key", "form-signed")));
        assertThat(users.alice.put(bucket + "/form-signed")).isEqualTo(200);
        put(
                bucket,
                UsersPort.policy(allow(
                        bucket,
                        'c',
                        "s3:PutObject",
                        "'StringEquals': {'s3:signatureversion': 'AWS4-HMAC-SHA256', 's3:authType': 'POST'}")));
        assertThat(post(users.carol, bucket, Map.of("key", "form-signed")).status())
                .isEqualTo(204);
        denied(users.carol.ask("PUT", bucket + "/form-signed", "x"));
    }

    @Test
    void aFormsHeadIsTheOneThatWasSent() throws IOException {
        String bucket = users.bucketOf(users.alice);
        put(
                bucket,
                UsersPort.policy(UsersPort.statement(
                        bucket,
                        "Allow",
                        EVERYBODY,
                        "s3:PutObject",
                        when("'StringLike': {'aws:Referer': 'https://ours/*'}"))));
        Map<String, String> key = Map.of("key", "form-head");
        denied(post(users.nobody, bucket, Map.of("key", "form-head", "referer", "https://ours/page")));
        assertThat(post(users.nobody, bucket, key, "referer", "https://ours/page")
                        .status())
                .isEqualTo(204);
        denied(post(users.nobody, bucket, key, "referer", "https://theirs/page"));
        denied(post(
                users.nobody,
                bucket,
                key,
                "referer",
                "https://ours/page",
                "x-amz-expected-bucket-owner",
                UsersPort.id('b')));
        UsersPort.refused(
                post(users.nobody, bucket, Map.of("key", "form-head", "acl", "private", "x-amz-acl", "public-read")),
                400,
                "InvalidArgument");
    }
}
