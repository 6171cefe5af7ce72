package flare.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.access.Pattern.Wildcards;
import flare.access.Statement.Patterns;
import flare.model.BucketName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads policies, and refuses what it does not understand by its name. Bounded in bytes and depth. */
final class PolicyParser {

    private static final int MAX_NESTING = 8;
    private static final String RESOURCE_PREFIX = "arn:aws:s3:::";
    private static final String VERSION_WITH_VARIABLES = "2012-10-17";
    private static final String OLD_VERSION = "2008-10-17";
    private static final Set<String> POLICY_FIELDS = Set.of("Version", "Id", "Statement");
    private static final Set<String> STATEMENT_FIELDS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(40)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Optional<BucketName> bucket;

    private PolicyParser(Optional<BucketName> bucket) {
        this.bucket = bucket;
    }

    static PolicyParser ofUser() {
        return new PolicyParser(Optional.empty());
    }

    /** All of its statements must be about this bucket, and about somebody. */
    static PolicyParser ofBucket(BucketName bucket) {
        return new PolicyParser(Optional.of(bucket));
    }

    /** Throws {@link MalformedPolicyException}. */
    Policy parse(byte[] json) {
        if (json.length > Policy.MAX_BYTES) {
            throw new MalformedPolicyException(
                    "the policy has " + json.length + " bytes, at most " + Policy.MAX_BYTES + " are allowed");
        }
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new MalformedPolicyException("the policy is not JSON that a policy can be", e);
        }
        if (root == null || !root.isObject()) {
            throw new MalformedPolicyException("a policy is a JSON object");
        }
        requireKnown(root, POLICY_FIELDS, "a policy");
        boolean withVariables = switch (text(root, "Version").orElse(OLD_VERSION)) {
            case VERSION_WITH_VARIABLES -> true;
            case OLD_VERSION -> false;
            default ->
                throw new MalformedPolicyException("Version is " + VERSION_WITH_VARIABLES + " or " + OLD_VERSION
                        + ", not '" + text(root, "Version").orElse("") + "'");
        };
        text(root, "Id");
        JsonNode statements = root.path("Statement");
        if (!statements.isObject() && (!statements.isArray() || statements.isEmpty())) {
            throw new MalformedPolicyException("Statement is a statement, or a list of one or more");
        }
        List<Statement> parsed = new ArrayList<>();
        for (JsonNode statement : statements.isArray() ? statements : List.of(statements)) {
            parsed.add(statement(statement, withVariables));
        }
        return new Policy(parsed);
    }

    private Statement statement(JsonNode node, boolean withVariables) {
        if (!node.isObject()) {
            throw new MalformedPolicyException("a statement is a JSON object");
        }
        requireKnown(node, STATEMENT_FIELDS, "a statement");
        text(node, "Sid");
        boolean allows = switch (text(node, "Effect").orElse("")) {
            case "Allow" -> true;
            case "Deny" -> false;
            default -> throw new MalformedPolicyException("Effect is Allow or Deny, not " + node.path("Effect"));
        };
        return new Statement(
                allows,
                principals(node, allows),
                actions(node),
                resources(node, withVariables),
                conditions(node, withVariables));
    }

    private Optional<Principals> principals(JsonNode statement, boolean allows) {
        boolean negated = statement.has("NotPrincipal");
        boolean either = statement.has("Principal") != negated;
        if (bucket.isEmpty()) {
            if (negated || statement.has("Principal")) {
                throw new MalformedPolicyException("a user's policy has no Principal: it is the user's");
            }
            return Optional.empty();
        }
        if (!either) {
            throw new MalformedPolicyException("a statement has a Principal or a NotPrincipal");
        }
        if (negated && allows) {
            throw new MalformedPolicyException(
                    "Allow with NotPrincipal would allow everybody else: name whom to allow");
        }
        return Optional.of(PrincipalParser.parse(statement.get(negated ? "NotPrincipal" : "Principal"), negated));
    }

    private Patterns actions(JsonNode statement) {
        List<Pattern> patterns = new ArrayList<>();
        String field = either(statement, "Action", "NotAction");
        for (String action : texts(statement.get(field), field)) {
            Pattern pattern = Pattern.of(bounded(action), Wildcards.YES).lowerCase();
            boolean isOfS3 = action.equals("*") || Pattern.lowerCase(action).startsWith(Actions.SERVICE);
            if (!isOfS3 || !Actions.isOneOf(pattern)) {
                throw new MalformedPolicyException(field + " '" + action + "' is no action of S3");
            }
            patterns.add(pattern);
        }
        return new Patterns(patterns, field.equals("NotAction"));
    }

    private Patterns resources(JsonNode statement, boolean withVariables) {
        List<Pattern> patterns = new ArrayList<>();
        String field = either(statement, "Resource", "NotResource");
        for (String resource : texts(statement.get(field), field)) {
            Pattern pattern = withVariables
                    ? Pattern.withVariables(bounded(resource), Wildcards.YES)
                    : Pattern.of(bounded(resource), Wildcards.YES);
            if (!resource.equals("*") && !resource.startsWith(RESOURCE_PREFIX)) {
                throw new MalformedPolicyException(
                        field + " '" + resource + "' does not begin with " + RESOURCE_PREFIX);
            }
            if (bucket.isPresent() && !isAbout(bucket.get(), pattern)) {
                throw new MalformedPolicyException(field + " '" + resource + "' is not in the bucket " + bucket.get());
            }
            patterns.add(pattern);
        }
        return new Patterns(patterns, field.equals("NotResource"));
    }

    private static boolean isAbout(BucketName bucket, Pattern resource) {
        String itself = Question.bucket(bucket.value());
        return resource.canBegin(itself + "/") || resource.matches(itself, Facts.NONE);
    }

    private static List<Condition> conditions(JsonNode statement, boolean withVariables) {
        List<Condition> conditions = new ArrayList<>();
        if (!statement.has("Condition")) {
            return conditions;
        }
        for (Map.Entry<String, JsonNode> entry : object(statement.get("Condition"), "Condition")) {
            ConditionOperator operator = ConditionOperator.parse(entry.getKey())
                    .orElseThrow(() -> new MalformedPolicyException(
                            "the condition operator '" + entry.getKey() + "' is not known"));
            for (Map.Entry<String, JsonNode> line : object(entry.getValue(), entry.getKey())) {
                ConditionKey key = ConditionKey.known(line.getKey())
                        .orElseThrow(() ->
                                new MalformedPolicyException("the condition key '" + line.getKey() + "' is not known"));
                conditions.add(new Condition(
                        operator.comparison(),
                        operator.negated(),
                        operator.quantifier(),
                        operator.ifExists(),
                        key,
                        texts(line.getValue(), line.getKey()).stream()
                                .map(value -> operator.comparison().expected(bounded(value), withVariables))
                                .toList()));
            }
        }
        return conditions;
    }

    private static Set<Map.Entry<String, JsonNode>> object(JsonNode node, String name) {
        if (!node.isObject()) {
            throw new MalformedPolicyException(name + " is a JSON object");
        }
        return node.properties();
    }

    private static String either(JsonNode statement, String one, String other) {
        if (statement.has(one) == statement.has(other)) {
            throw new MalformedPolicyException("a statement has either " + one + " or " + other);
        }
        return statement.has(one) ? one : other;
    }

    private static void requireKnown(JsonNode object, Set<String> fields, String what) {
        Set<String> unknown = new HashSet<>();
        object.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(fields);
        if (!unknown.isEmpty()) {
            throw new MalformedPolicyException(
                    "the field '" + unknown.iterator().next() + "' of " + what + " is not known");
        }
    }

    private static Optional<String> text(JsonNode object, String field) {
        JsonNode node = object.get(field);
        if (node == null) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new MalformedPolicyException(field + " is text");
        }
        return Optional.of(node.textValue());
    }

    /** One, or a list of one or more; numbers and booleans as they are written. */
    static List<String> texts(JsonNode node, String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode one : node.isArray() ? node : List.of(node)) {
            if (!one.isValueNode() || one.isNull()) {
                throw new MalformedPolicyException(field + " is text, or a list of texts");
            }
            texts.add(one.asText());
        }
        if (texts.isEmpty()) {
            throw new MalformedPolicyException(field + " is empty");
        }
        return texts;
    }

    private static String bounded(String text) {
        if (text.length() > Pattern.MAX_LENGTH) {
            throw new MalformedPolicyException("a text of " + text.length() + " characters is longer than "
                    + Pattern.MAX_LENGTH + ": '" + text.substring(0, 32) + "…'");
        }
        return text;
    }
}
