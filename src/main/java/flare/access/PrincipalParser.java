package flare.access;

import com.fasterxml.jackson.databind.JsonNode;
import flare.access.Principals.Named;
import flare.model.UserName;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * Reads whom a statement is about: {@code "*"}, {@code {"AWS": …}} with ARNs of users and accounts or their ids, {@code
 * {"CanonicalUser": id}}. The account of an ARN may be empty; a user's is its canonical id.
 */
final class PrincipalParser {

    private static final java.util.regex.Pattern ARN = java.util.regex.Pattern.compile(
            "arn:aws:iam::(?<account>[A-Za-z0-9_-]*):(?:(?<root>root)|user/(?<name>[A-Za-z0-9+=,.@_-]+))");
    private static final java.util.regex.Pattern ACCOUNT = java.util.regex.Pattern.compile("[A-Za-z0-9_-]+");

    private PrincipalParser() {}

    static Principals parse(JsonNode node, boolean negated) {
        if (node.isTextual() && node.textValue().equals("*")) {
            return new Principals(true, Set.of(), negated);
        }
        if (!node.isObject() || node.isEmpty()) {
            throw new MalformedPolicyException("Principal is \"*\" or {\"AWS\": …}, not " + node);
        }
        boolean everybody = false;
        Set<Named> named = new HashSet<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            boolean canonical = entry.getKey().equals("CanonicalUser");
            if (!canonical && !entry.getKey().equals("AWS")) {
                throw new MalformedPolicyException("the principal '" + entry.getKey() + "' is not known");
            }
            for (String text : PolicyParser.texts(entry.getValue(), entry.getKey())) {
                if (!canonical && text.equals("*")) {
                    everybody = true;
                } else {
                    named.add(one(text));
                }
            }
        }
        return new Principals(everybody, named, negated);
    }

    private static Named one(String text) {
        Matcher arn = ARN.matcher(text);
        if (arn.matches()) {
            String account = arn.group("account");
            if (arn.group("root") != null) {
                return new Named.Account(account);
            }
            if (!account.isEmpty()) {
                throw new MalformedPolicyException(
                        "the principal '" + text + "' names a user and an account: write arn:aws:iam:::user/"
                                + arn.group("name") + ", or the canonical id alone");
            }
            return new Named.User(userName(arn.group("name")));
        }
        if (ACCOUNT.matcher(text).matches()) {
            return new Named.Account(text);
        }
        throw new MalformedPolicyException("the principal '" + text + "' is not known");
    }

    private static String userName(String name) {
        try {
            return new UserName(name).value();
        } catch (IllegalArgumentException e) {
            throw new MalformedPolicyException("a principal is no user: " + e.getMessage(), e);
        }
    }
}
