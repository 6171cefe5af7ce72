package flare.admin;

import flare.access.BuiltinPolicy;
import flare.access.Policy;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PolicyName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What may be put as a user's policy. */
final class UserPolicies {

    private UserPolicies() {}

    /**
     * The document, found to be a policy. Throws {@link FlareException} with MALFORMED_ACCESS_POLICY.
     *
     * @param json empty: the built-in policy of that name
     */
    static byte[] checked(PolicyName name, byte[] json) {
        byte[] document = json.length > 0 ? json : builtin(name).getBytes(StandardCharsets.UTF_8);
        try {
            Policy.ofUser(document);
        } catch (FlareException refusal) {
            throw new FlareException(refusal.fault(), "policy " + name + ": " + refusal.getMessage(), refusal);
        }
        return document;
    }

    private static String builtin(PolicyName name) {
        return BuiltinPolicy.of(name.value())
                .orElseThrow(() -> new FlareException(
                        Fault.INVALID_ARGUMENT,
                        "there is no built-in policy '" + name + "', "
                                + Arrays.stream(BuiltinPolicy.values())
                                        .map(BuiltinPolicy::label)
                                        .collect(Collectors.joining(", "))
                                + " are: a policy of another name needs its JSON"))
                .json()
                .strip();
    }
}
