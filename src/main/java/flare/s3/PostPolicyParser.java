package flare.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.model.Fault;
import flare.model.FlareException;
import flare.s3.PostPolicy.Condition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a POST policy. Strict, since what is not understood can't be enforced. Here and not with the signatures,
 * which cover it as text and know no JSON.
 */
final class PostPolicyParser {

    static final int MAX_LENGTH = 20 * 1024;

    private static final int MAX_NESTING = 4;
    private static final String EXPIRATION = "expiration";
    private static final String CONDITIONS = "conditions";

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(20)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private PostPolicyParser() {}

    /** Throws {@link FlareException} with MALFORMED_POLICY. */
    static PostPolicy parse(String json) {
        if (json.length() > MAX_LENGTH) {
            throw malformed("the policy is longer than " + MAX_LENGTH, null);
        }
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw malformed("the policy is not the JSON of one", e);
        }
        JsonNode conditions = root.path(CONDITIONS);
        if (!root.isObject() || root.size() != 2 || !root.path(EXPIRATION).isTextual() || !conditions.isArray()) {
            throw malformed("a policy has '" + EXPIRATION + "' and '" + CONDITIONS + "' and nothing else", null);
        }
        List<Condition> parsed = new ArrayList<>();
        for (JsonNode condition : conditions) {
            if (condition.isObject() && !condition.isEmpty()) {
                condition.properties().forEach(entry -> parsed.add(equal(entry)));
            } else {
                parsed.add(operation(condition));
            }
        }
        return new PostPolicy(expiration(root.path(EXPIRATION).textValue()), parsed);
    }

    private static Instant expiration(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw malformed("'" + EXPIRATION + "' must be like 2013-05-24T00:00:00.000Z", e);
        }
    }

    private static Condition equal(Map.Entry<String, JsonNode> entry) {
        if (!entry.getValue().isTextual()) {
            throw malformed("the condition on '" + entry.getKey() + "' has no text for a value", null);
        }
        return new Condition.Equal(
                entry.getKey().toLowerCase(Locale.ROOT), entry.getValue().textValue());
    }

    private static Condition operation(JsonNode condition) {
        if (!condition.isArray() || condition.size() != 3 || !condition.get(0).isTextual()) {
            throw malformed("a condition is {field: value} or [operator, $field, value]", null);
        }
        String operator = condition.get(0).textValue().toLowerCase(Locale.ROOT);
        return switch (operator) {
            case "eq" -> new Condition.Equal(field(condition.get(1)), text(condition.get(2)));
            case "starts-with" -> new Condition.StartsWith(field(condition.get(1)), text(condition.get(2)));
            case "content-length-range" -> lengthRange(length(condition.get(1)), length(condition.get(2)));
            default -> throw malformed("the operator '" + operator + "' is unknown", null);
        };
    }

    private static Condition lengthRange(long minBytes, long maxBytes) {
        if (maxBytes < minBytes) {
            throw malformed("content-length-range ends before it begins", null);
        }
        return new Condition.LengthRange(minBytes, maxBytes);
    }

    private static String field(JsonNode node) {
        String text = text(node);
        if (text.length() < 2 || text.charAt(0) != '$') {
            throw malformed("a condition's field begins with '$'", null);
        }
        return text.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String text(JsonNode node) {
        if (!node.isTextual()) {
            throw malformed("a condition's field and value are text", null);
        }
        return node.textValue();
    }

    /** Some write their numbers as text. */
    private static long length(JsonNode node) {
        String text = node.isTextual() || node.isIntegralNumber() ? node.asText() : "";
        boolean number = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            throw malformed("content-length-range has two lengths in bytes", null);
        }
        return Long.parseLong(text);
    }

    private static FlareException malformed(String message, @Nullable Throwable cause) {
        return new FlareException(Fault.MALFORMED_POLICY, message, cause);
    }
}
