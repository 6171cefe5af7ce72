package flare.access;

import java.util.Objects;

/**
 * What is asked of policies and ACLs.
 *
 * @param action as policies name it, {@code s3:GetObject}
 * @param resource as policies name it, {@code arn:aws:s3:::bucket/key}, where one is asked for
 * @param comesWithWrite whether it is asked for what an object is written with, its ACL or its tags
 */
public record Question(Caller caller, String action, String resource, Facts facts, boolean comesWithWrite) {

    private static final String ARN = "arn:aws:s3:::";

    public Question {
        Objects.requireNonNull(caller);
        if (!Actions.isKnown(action)) {
            throw new IllegalArgumentException("no action: " + action);
        }
        if (!resource.startsWith(ARN)) {
            throw new IllegalArgumentException("no resource: " + resource);
        }
        Objects.requireNonNull(facts);
    }

    public Question(Caller caller, String action, String resource, Facts facts) {
        this(caller, action, resource, facts, false);
    }

    /** All that the service has. */
    public static final String EVERYTHING = ARN + "*";

    public static String bucket(String name) {
        return ARN + name;
    }

    public static String object(String bucket, String key) {
        return ARN + bucket + "/" + key;
    }

    public Question with(String otherAction, String otherResource, Facts otherFacts) {
        return new Question(caller, otherAction, otherResource, otherFacts, comesWithWrite);
    }

    public Question comingWithWrite() {
        return new Question(caller, action, resource, facts, true);
    }
}
