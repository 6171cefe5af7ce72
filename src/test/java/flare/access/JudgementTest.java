package flare.access;

import static org.assertj.core.api.Assertions.assertThat;

import flare.access.Judgement.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgementTest {

    private static final List<String> ACTIONS =
            List.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:Get*", "*");
    private static final List<String> RESOURCES = List.of("photos/*", "photos/a*", "photos/b", "photos/?", "*");
    private static final List<String> KEYS = List.of("a", "ab", "b", "c/d");
    private static final List<String> PRINCIPALS = List.of(
            "'*'",
            "{'AWS': 'arn:aws:iam:::user/alice'}",
            "{'AWS': '" + Policies.BOB + "'}",
            "{'CanonicalUser': '" + Policies.ALICE + "'}");

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static String statement(Random random, String effect, boolean ofBucket) {
        return "{'Effect': '" + effect + "', "
                + (ofBucket ? "'Principal': " + one(PRINCIPALS, random) + ", " : "")
                + "'Action': '" + one(ACTIONS, random) + "', 'Resource': 'arn:aws:s3:::" + one(RESOURCES, random)
                + "'}";
    }

    private static List<String> statements(Random random, boolean ofBucket) {
        List<String> all = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            all.add(statement(random, random.nextInt(3) == 0 ? "Deny" : "Allow", ofBucket));
        }
        return all;
    }

    private static Verdict verdict(List<String> ofUser, List<String> ofBucket, String key, String action) {
        Caller caller = Policies.user("alice", Policies.ofUser(String.join(",", ofUser)));
        Question question = new Question(caller, action, "arn:aws:s3:::photos/" + key, Facts.NONE);
        BucketAccess bucket = Policies.bucket(Policies.BOB, Optional.of(Policies.ofBucket(String.join(",", ofBucket))));
        return Judgement.of(question, bucket, Optional.empty());
    }

    @Test
    void denyWinsOrderDoesNotMatterAndMoreAllowsTakeNothing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            List<String> ofUser = statements(random, false);
            List<String> ofBucket = statements(random, true);
            String key = one(KEYS, random);
            String action = one(ACTIONS.subList(0, 3), random);
            String where = "seed " + seed + " round " + round;
            Verdict before = verdict(ofUser, ofBucket, key, action);

            List<String> shuffled = new ArrayList<>(ofBucket);
            Collections.shuffle(shuffled, random);
            Collections.reverse(ofUser);
            assertThat(verdict(ofUser, shuffled, key, action)).as(where).isEqualTo(before);

            List<String> more = new ArrayList<>(ofUser);
            more.add(random.nextInt(more.size()), statement(random, "Allow", false));
            Verdict after = verdict(more, ofBucket, key, action);
            assertThat(before == Verdict.ALLOWED && after != Verdict.ALLOWED)
                    .as(where)
                    .isFalse();

            List<String> denying = new ArrayList<>(random.nextBoolean() ? ofUser : ofBucket);
            boolean ofBuckets = denying.get(0).contains("Principal");
            denying.add(
                    random.nextInt(denying.size()),
                    "{'Effect': 'Deny', " + (ofBuckets ? "'Principal': '*', " : "") + "'Action': '" + action
                            + "', 'Resource': 'arn:aws:s3:::photos/" + key + "'}");
            assertThat(ofBuckets ? verdict(ofUser, denying, key, action) : verdict(denying, ofBucket, key, action))
                    .as(where)
                    .isEqualTo(Verdict.DENIED);
        }
    }

    @Test
    void nobodyHasWhatNobodyGave() {
        BucketAccess alices = Policies.bucket(Policies.ALICE, Optional.empty());
        Caller none = Policies.user("alice");
        Caller owner = Policies.user("alice", Policy.ofUser(Policies.json(BuiltinPolicy.OWNER.json())));
        String[] account = {"s3:ResourceAccount", Policies.ALICE, "aws:PrincipalAccount", Policies.ALICE};
        String[] other = {"s3:ResourceAccount", Policies.ALICE, "aws:PrincipalAccount", Policies.BOB};
        BucketAccess enforced = new BucketAccess(
                Policies.BUCKET,
                Policies.ALICE,
                Optional.empty(),
                Optional.of(Ownership.BUCKET_OWNER_ENFORCED),
                Optional.empty(),
                Acl.DEFAULT);
        assertThat(Judgement.of(Policies.get(none, "a", account), enforced)).isEqualTo(Verdict.DENIED);
        assertThat(Judgement.of(Policies.get(owner, "a", account), alices)).isEqualTo(Verdict.ALLOWED);
        assertThat(Judgement.of(Policies.get(owner, "a", other), enforced)).isEqualTo(Verdict.DENIED);
        assertThat(Judgement.of(Policies.get(owner, "a"), enforced)).isEqualTo(Verdict.DENIED);
        assertThat(Judgement.of(Policies.get(Caller.ANONYMOUS, "a"), enforced)).isEqualTo(Verdict.DENIED);
        assertThat(Judgement.of(Policies.get(Caller.ROOT, "a"), enforced)).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void tagsOfTheObjectAreAskedFor() {
        Policy policy = Policies.ofBucket("{'Effect': 'Deny', 'Principal': '*', 'Action': 's3:GetObject', 'Resource':"
                + " 'arn:aws:s3:::photos/*', 'Condition': {'StringEquals': {'s3:ExistingObjectTag/Secret': 'yes'}}}");
        BucketAccess bucket = Policies.bucket(Policies.BOB, Optional.of(policy));
        Question question =
                Policies.get(Policies.user("alice", Policy.ofUser(Policies.json(BuiltinPolicy.READONLY.json()))), "a");
        assertThat(Judgement.of(question, bucket)).isEqualTo(Verdict.OBJECT_NEEDED);
        ObjectAccess secret = new ObjectAccess("", Acl.DEFAULT, Map.of("Secret", "yes"));
        ObjectAccess open = new ObjectAccess("", Acl.DEFAULT, Map.of("secret", "yes"));
        assertThat(Judgement.of(question, bucket, Optional.of(secret))).isEqualTo(Verdict.DENIED);
        assertThat(Judgement.of(question, bucket, Optional.of(open))).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void aclsGrantToGroupsAndUsersUnlessThereAreNone() {
        Caller alice = Policies.user("alice");
        Caller bob = Policies.user("bob");
        for (CannedAcl canned : CannedAcl.values()) {
            Acl acl = new Acl.Canned(canned);
            assertThat(Acl.parse(acl.text())).contains(acl);
            boolean everybody = canned == CannedAcl.PUBLIC_READ || canned == CannedAcl.PUBLIC_READ_WRITE;
            boolean signed = everybody || canned == CannedAcl.AUTHENTICATED_READ;
            for (Ownership ownership : Ownership.values()) {
                for (boolean ignored : new boolean[] {false, true}) {
                    BucketAccess bucket = new BucketAccess(
                            Policies.BUCKET,
                            Policies.BOB,
                            Optional.empty(),
                            Optional.of(ownership),
                            Optional.of(new PublicAccessBlock(false, ignored, false, false)),
                            acl);
                    Optional<ObjectAccess> object = Optional.of(new ObjectAccess(Policies.BOB, acl, Map.of()));
                    boolean counts = ownership.hasAcls() && !ignored;
                    String as = canned + " " + ownership + " " + ignored;
                    expect(as, signed && counts, Policies.get(alice, "a"), bucket, object);
                    expect(as, everybody && counts, Policies.get(Caller.ANONYMOUS, "a"), bucket, object);
                    expect(as, ownership.hasAcls(), Policies.get(bob, "a"), bucket, object);
                    boolean writes = canned == CannedAcl.PUBLIC_READ_WRITE && counts;
                    Question put = Policies.get(Caller.ANONYMOUS, "a")
                            .with("s3:PutObject", "arn:aws:s3:::photos/a", Facts.NONE);
                    expect(as, writes, put, bucket, object);
                }
            }
        }
    }

    private static void expect(
            String as, boolean allowed, Question question, BucketAccess bucket, Optional<ObjectAccess> object) {
        assertThat(Judgement.of(question, bucket, object))
                .as(as + " " + question)
                .isEqualTo(allowed ? Verdict.ALLOWED : Verdict.DENIED);
    }

    @Test
    void grantsAreKeptAsTheyWere() {
        Acl acl = new Acl.Granted(List.of(
                new Grant(new Grantee.User(Policies.ALICE), Permission.FULL_CONTROL),
                new Grant(new Grantee.User(""), Permission.READ_ACP),
                new Grant(Grantee.Group.ALL_USERS, Permission.READ),
                new Grant(Grantee.Group.AUTHENTICATED_USERS, Permission.WRITE)));
        assertThat(Acl.parse(acl.text())).contains(acl);
        assertThat(Acl.parse(new Acl.Granted(List.of()).text())).contains(new Acl.Granted(List.of()));
        assertThat(acl.isPublic()).isTrue();
        for (String bad : List.of("", "publicread", "grants ", "grants xy", "grant r*")) {
            assertThat(Acl.parse(bad)).as(bad).isEmpty();
        }
    }

    @Test
    void aPublicPolicyCanBeRestrictedToTheOwner() {
        Policy policy = Policies.ofBucket(
                "{'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::photos/*'}");
        BucketAccess bucket = new BucketAccess(
                Policies.BUCKET,
                Policies.BOB,
                Optional.of(policy),
                Optional.empty(),
                Optional.of(new PublicAccessBlock(false, false, false, true)),
                Acl.DEFAULT);
        Optional<ObjectAccess> none = Optional.empty();
        expect("anonymous", false, Policies.get(Caller.ANONYMOUS, "a"), bucket, none);
        expect("another", false, Policies.get(Policies.user("alice"), "a"), bucket, none);
        expect("owner", true, Policies.get(Policies.user("bob"), "a"), bucket, none);
    }
}
