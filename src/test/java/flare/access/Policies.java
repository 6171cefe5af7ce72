package flare.access;

import flare.model.BucketName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Short words for tests: single quotes for double ones. */
final class Policies {

    static final BucketName BUCKET = new BucketName("photos");
    static final String ALICE = "a".repeat(64);
    static final String BOB = "b".repeat(64);

    private Policies() {}

    static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static Policy ofUser(String statements) {
        return Policy.ofUser(json("{'Version': '2012-10-17', 'Statement': [" + statements + "]}"));
    }

    static Policy ofBucket(String statements) {
        return Policy.ofBucket(json("{'Version': '2012-10-17', 'Statement': [" + statements + "]}"), BUCKET);
    }

    static Caller.User user(String name, Policy... policies) {
        return new Caller.User(name.equals("alice") ? ALICE : BOB, name, List.of(policies));
    }

    static Facts facts(String... keysAndValues) {
        Facts.Builder facts = Facts.builder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            facts.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return facts.build();
    }

    static Question get(Caller caller, String key, String... keysAndValues) {
        return new Question(caller, "s3:GetObject", "arn:aws:s3:::photos/" + key, facts(keysAndValues));
    }

    static BucketAccess bucket(String owner, Optional<Policy> policy) {
        return new BucketAccess(BUCKET, owner, policy, Optional.empty(), Optional.empty(), Acl.DEFAULT);
    }
}
