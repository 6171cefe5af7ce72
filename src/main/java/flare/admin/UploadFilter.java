package flare.admin;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.UploadId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which multipart uploads are meant.
 *
 * @param olderThan since they began
 */
public record UploadFilter(
        Optional<UploadId> id, Optional<BucketName> bucket, Optional<Duration> olderThan, int limit) {

    static final int MAX_LIMIT = 10_000;
    private static final int USUAL_LIMIT = 1_000;
    private static final Set<String> PARAMETERS = Set.of("id", "bucket", "older-than", "limit");

    public UploadFilter {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw refusal("limit", Integer.toString(limit), "1 to " + MAX_LIMIT);
        }
    }

    /** Throws {@link FlareException} for a parameter that is none, or says nothing sensible. */
    static UploadFilter parse(Map<String, String> parameters) {
        parameters.keySet().stream()
                .filter(name -> !PARAMETERS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new FlareException(Fault.INVALID_ARGUMENT, "there is no parameter '" + name + "' here");
                });
        return new UploadFilter(
                Optional.ofNullable(parameters.get("id")).map(UploadId::parse),
                Optional.ofNullable(parameters.get("bucket")).map(BucketName::new),
                Optional.ofNullable(parameters.get("older-than"))
                        .map(text -> Duration.ofSeconds(number("older-than", text, "a number of seconds"))),
                parameters.containsKey("limit")
                        ? (int) Math.min(
                                Integer.MAX_VALUE, number("limit", parameters.get("limit"), "1 to " + MAX_LIMIT))
                        : USUAL_LIMIT);
    }

    private static long number(String name, String text, String allowed) {
        if (!text.matches("[0-9]{1,12}")) {
            throw refusal(name, text, allowed);
        }
        return Long.parseLong(text);
    }

    private static FlareException refusal(String name, String value, String allowed) {
        return new FlareException(Fault.INVALID_ARGUMENT, name + " = " + value + " is not allowed: " + allowed + " is");
    }
}
