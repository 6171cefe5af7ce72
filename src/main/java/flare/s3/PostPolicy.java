package flare.s3;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What whoever signed a POST form allows its sender: until when, which fields with which values, how many bytes. Every field
 * of the form must be spoken of, so that none can be added.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html">POST policy</a>
 */
record PostPolicy(Instant expiration, List<Condition> conditions) {

    private static final String BUCKET = "bucket";
    private static final String CONTENT_TYPE = "content-type";
    private static final String IGNORED_PREFIX = "x-ignore-";
    /** Can only make a form be refused whose bytes are others: S3 lets the sender add it. */
    private static final String CHECKSUM_PREFIX = ChecksumHeaders.PREFIX;
    /** What carries the signature can't be in what is signed. */
    private static final Set<String> UNCONDITIONAL =
            Set.of("x-amz-signature", "signature", "awsaccesskeyid", "policy", "file");

    /** Fields are in lower case, without their {@code $}. */
    sealed interface Condition {
        record Equal(String field, String value) implements Condition {}

        record StartsWith(String field, String prefix) implements Condition {}

        record LengthRange(long minBytes, long maxBytes) implements Condition {
            public LengthRange {
                if (minBytes < 0 || maxBytes < minBytes) {
                    throw new IllegalArgumentException("no range of lengths: " + minBytes + " to " + maxBytes);
                }
            }
        }
    }

    /** How many bytes the file may have, both ends included. */
    record AllowedLength(long minBytes, long maxBytes) {

        static final AllowedLength ANY = new AllowedLength(0, Long.MAX_VALUE);

        /** Throws {@link FlareException} with ENTITY_TOO_LARGE as soon as there are too many. */
        void requireNotAbove(long bytes) {
            if (bytes > maxBytes) {
                throw new FlareException(
                        Fault.ENTITY_TOO_LARGE, "the file has " + bytes + " bytes, the policy allows " + maxBytes);
            }
        }

        /** At the file's end. Throws {@link FlareException} with ENTITY_TOO_SMALL or ENTITY_TOO_LARGE. */
        void require(long bytes) {
            requireNotAbove(bytes);
            if (bytes < minBytes) {
                throw new FlareException(
                        Fault.ENTITY_TOO_SMALL, "the file has " + bytes + " bytes, the policy wants " + minBytes);
            }
        }

        private AllowedLength and(Condition.LengthRange range) {
            return new AllowedLength(Math.max(minBytes, range.minBytes()), Math.min(maxBytes, range.maxBytes()));
        }
    }

    PostPolicy {
        conditions = List.copyOf(conditions);
    }

    /**
     * Answers what length the file may have. Throws {@link FlareException} with ACCESS_DENIED.
     *
     * @param form by lower-case name, with the key that the object will have: a condition on a name that is then replaced
     *     would be none
     */
    AllowedLength check(Map<String, String> form, BucketName bucket, Instant now) {
        if (now.isAfter(expiration)) {
            throw denied("the policy expired at " + expiration);
        }
        Map<String, String> fields = new HashMap<>(form);
        fields.put(BUCKET, bucket.value());
        AllowedLength length = AllowedLength.ANY;
        for (Condition condition : conditions) {
            if (condition instanceof Condition.LengthRange range) {
                length = length.and(range);
            } else if (!holds(condition, fields)) {
                throw denied("the form does not meet the policy's condition " + condition);
            }
        }
        for (String name : fields.keySet()) {
            if (!isCovered(name)) {
                throw denied("the policy has no condition for the field '" + name + "'");
            }
        }
        return length;
    }

    private boolean isCovered(String field) {
        String name = field.toLowerCase(Locale.ROOT);
        return UNCONDITIONAL.contains(name)
                || name.startsWith(IGNORED_PREFIX)
                || name.startsWith(CHECKSUM_PREFIX)
                || conditions.stream().anyMatch(condition -> name.equals(fieldOf(condition)));
    }

    private static String fieldOf(Condition condition) {
        if (condition instanceof Condition.Equal equal) {
            return equal.field();
        }
        return condition instanceof Condition.StartsWith starts ? starts.field() : "";
    }

    private static boolean holds(Condition condition, Map<String, String> fields) {
        if (condition instanceof Condition.Equal equal) {
            return equal.value().equals(fields.get(equal.field()));
        }
        if (condition instanceof Condition.StartsWith starts) {
            String value = fields.getOrDefault(starts.field(), "");
            // A list of types: each must begin so, or the first would let any other pass.
            List<String> values = starts.field().equals(CONTENT_TYPE) ? List.of(value.split(",", -1)) : List.of(value);
            return values.stream().allMatch(one -> one.strip().startsWith(starts.prefix()));
        }
        throw new IllegalStateException("no condition on a field: " + condition);
    }

    private static FlareException denied(String message) {
        return new FlareException(Fault.ACCESS_DENIED, message);
    }
}
