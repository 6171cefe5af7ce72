package flare.access;

import java.util.Objects;

/**
 * What is asked of policies and ACLs.
 *
 * @param action as policies name it, {@code s3:GetObject}
 * @param resource as policies name it, {@code arn:aws:s3:::bucket/key}, where one is asked for
 */
public record Question(Caller caller, String action, String resource, Facts facts) {

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

    /** All that the service has. */
    public static final String EVERYTHING = ARN + "*";

    public static String bucket(String name) {
        return ARN + name;
    }

    public static String object(String bucket, String key) {
        return ARN + bucket + "/" + key;
    }

    public Question with(String otherAction, String otherResource, Facts otherFacts) {
        return new Question(caller, otherAction, otherResource, otherFacts);
    }
}
