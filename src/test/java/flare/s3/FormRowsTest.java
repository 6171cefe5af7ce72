package flare.s3;

import static flare.s3.SignedPort.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad-input table's row on POST forms. Nothing of a refused form is stored, and nothing is overwritten. */
class FormRowsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static SignedPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new SignedPort();
        port.storePrecious();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static Map<String, String> fields(Instant expiration, String conditions) {
        String policy = """
                {"expiration": "%s", "conditions": [{"bucket": "object"}, {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
                 {"x-amz-credential": "root/20260102/us-east-1/s3/aws4_request"}, {"x-amz-date": "20260102T030405Z"}, %s]}
                """.formatted(expiration, conditions);
        Map<String, String> fields = new TreeMap<>(
                SignedClient.SIGNER.signPolicy(Base64.getEncoder().encodeToString(SignedClient.bytes(policy)), NOW));
        fields.put("key", "precious");
        return fields;
    }

    private static Map<String, String> good() {
        return fields(NOW.plus(HOUR), "[\"eq\", \"$key\", \"precious\"], [\"content-length-range\", 1, 8]");
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> fields = good();
        fields.put(name, value);
        return fields;
    }

    private static RawClient.Response post(Map<String, String> fields, String file) throws IOException {
        StringBuilder body = new StringBuilder();
        fields.forEach((name, value) -> body.append("--edge\r\nContent-Disposition: form-data; name=\"")
                .append(name)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        body.append("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n")
                .append(file)
                .append("\r\n--edge--\r\n");
        return port.port.ask(RawClient.head(
                        "POST /object",
                        "Content-Type: multipart/form-data; boundary=edge",
                        "Content-Length: " + body.length())
                + body);
    }

    private static void refusedForm(Map<String, String> fields, String file, int status, String code)
            throws IOException {
        port.refusedAndUnchanged(post(fields, file), status, code);
        assertThat(port.port.objects.keys()).containsExactly("precious");
    }

    @Test
    void row79TakesTheFormThatTheOthersSpoil() throws IOException {
        assertThat(post(good(), "precious").status()).isEqualTo(204);
    }

    @Test
    void row79RefusesAFormFromItsPolicysEndOn() throws IOException {
        refusedForm(fields(NOW.minusMillis(1), "[\"eq\", \"$key\", \"precious\"]"), "evil", 403, "AccessDenied");
        refusedForm(fields(NOW.minus(HOUR), "[\"eq\", \"$key\", \"precious\"]"), "evil", 403, "AccessDenied");
    }

    @Test
    void row79RefusesConditionsUnmet() throws IOException {
        String other = "[\"eq\", \"$key\", \"other\"]";
        refusedForm(fields(NOW.plus(HOUR), other), "evil", 403, "AccessDenied");
        refusedForm(fields(NOW.plus(HOUR), "[\"starts-with\", \"$key\", \"p/\"]"), "evil", 403, "AccessDenied");
        String elsewhere = "[\"eq\", \"$key\", \"precious\"], {\"bucket\": \"other\"}";
        refusedForm(fields(NOW.plus(HOUR), elsewhere), "evil", 403, "AccessDenied");
        refusedForm(with("key", "another"), "evil", 403, "AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-amz-meta-owner", "acl", "Content-Type", "success_action_status"})
    void row79RefusesFieldsThatThePolicyDoesNotSpeakOf(String field) throws IOException {
        refusedForm(with(field, "private"), "evil", 403, "AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-amz-algorithm", "x-amz-credential", "x-amz-date"})
    void row79RefusesASignatureWithAPartMissing(String field) throws IOException {
        Map<String, String> fields = good();
        fields.remove(field);
        refusedForm(fields, "evil", 400, "InvalidArgument");
    }

    @Test
    void row79RefusesAPolicyOrSignatureMissingOrChanged() throws IOException {
        Map<String, String> unsigned = good();
        unsigned.remove("policy");
        refusedForm(unsigned, "evil", 400, "InvalidArgument");
        refusedForm(Map.of("key", "precious"), "evil", 403, "AccessDenied");
        refusedForm(with("x-amz-signature", "0".repeat(64)), "evil", 403, "SignatureDoesNotMatch");
        String policy = good().getOrDefault("policy", "");
        refusedForm(with("policy", "A" + policy.substring(1)), "evil", 403, "SignatureDoesNotMatch");
        refusedForm(with("policy", "not base64!"), "evil", 400, "InvalidArgument");
        refusedForm(
                with("x-amz-credential", "stranger/20260102/us-east-1/s3/aws4_request"),
                "evil",
                403,
                "InvalidAccessKeyId");
        refusedForm(
                with("x-amz-credential", "root/20260102/eu-west-1/s3/aws4_request"), "evil", 400, "InvalidArgument");
    }

    @Test
    void row79RefusesAFileLongerOrShorterThanThePolicyAllows() throws IOException {
        refusedForm(good(), "evil and too long", 400, "EntityTooLarge");
        refusedForm(good(), "x".repeat(300_000), 400, "EntityTooLarge");
        refusedForm(good(), "", 400, "EntityTooSmall");
    }

    @Test
    void row79RefusesFormsThatAreNone() throws IOException {
        for (String body : List.of(
                "",
                "--edge--\r\n",
                "--edge\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nprecious\r\n--edge--\r\n",
                "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nevil",
                "key=precious&file=evil")) {
            RawClient.Response response = port.port.ask(RawClient.head(
                            "POST /object",
                            "Content-Type: multipart/form-data; boundary=edge",
                            "Content-Length: " + body.length())
                    + body);
            port.refusedAndUnchanged(response, 400, "MalformedPOSTRequest");
        }
        RawClient.Response text =
                port.port.ask(RawClient.head("POST /object", "Content-Type: text/plain", "Content-Length: 0"));
        assertThat(text.status()).isIn(400, 403);
    }
}
