package flare.admin;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PolicyName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What may be put as a user's policy. */
final class UserPolicies {

    private static final Map<String, String> BUILTIN =
            new TreeMap<>(Map.of("readwrite", """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}""", "readonly", """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
             "s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation",
             "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes",
             "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]}]}""", "writeonly", """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
             "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]}]}"""));

    private UserPolicies() {}

    /**
     * The document, found to be one.
     *
     * @param json empty: the built-in policy of that name
     */
    static byte[] checked(PolicyName name, byte[] json) {
        if (json.length == 0) {
            return builtin(name).getBytes(StandardCharsets.UTF_8);
        }
        try {
            AdminJson.readStrictly(json, Map.class);
            return json;
        } catch (IOException e) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "policy '" + name + "' is not a JSON object", e);
        }
    }

    private static String builtin(PolicyName name) {
        String json = BUILTIN.get(name.value());
        if (json == null) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "there is no built-in policy '" + name + "', " + String.join(", ", BUILTIN.keySet())
                            + " are: a policy of another name needs its JSON");
        }
        return json;
    }
}
