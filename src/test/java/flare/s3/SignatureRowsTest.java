package flare.s3;

import static flare.s3.SignedClient.request;
import static flare.s3.SignedClient.with;
import static flare.s3.SignedClient.without;
import static flare.s3.SignedPort.NOW;
import static flare.s3.SignedPort.refused;
import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.AccessKeyId;
import flare.sigv4.Payload;
import flare.sigv4.Signer;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad-input table, signatures in the header; the numbers are its rows. An object that was there stays what it was. */
class SignatureRowsTest {

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

    /** An overwrite of the object that must stay, signed rightly. */
    private static WireRequest overwrite() {
        return port.client.signed(request("PUT", "/object/precious", 4), Payload.of(SignedClient.bytes("evil")));
    }

    private static WireRequest authorized(UnaryOperator<String> change) {
        WireRequest right = overwrite();
        String authorization = SignedClient.authorization(right);
        return with(right, "authorization", change.apply(authorization));
    }

    private static void refusedOverwrite(WireRequest wrong, int status, String code) throws IOException {
        port.refusedAndUnchanged(port.client.send(wrong, "evil"), status, code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET /object",
                "GET /object?list-type=2",
                "GET /object/precious",
                "PUT /object/precious",
                "DELETE /object/precious",
                "DELETE /object",
                "POST /object?delete",
                "POST /object/precious?uploads",
                "PUT /other"
            })
    void row1RefusesWhoeverDoesNotSign(String request) throws IOException {
        port.refusedAndUnchanged(port.port.ask(RawClient.head(request, "Content-Length: 0")), 403, "AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization:", "Authorization: ", "Authorization: \t"})
    void row2RefusesAnEmptyAuthorization(String header) throws IOException {
        refused(port.port.ask(RawClient.head("GET /object/precious", header)), 403, "AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS HAHA",
                "AWS root:c2lnbmF0dXJl",
                "Basic cm9vdDpyb290",
                "Bearer token",
                "AWS4-ECDSA-P256-SHA256 Credential=root/20260102/s3/aws4_request"
            })
    void row3RefusesOtherSchemes(String value) throws IOException {
        refused(
                port.port.ask(RawClient.head("GET /object/precious", "Authorization: " + value)),
                400,
                "InvalidRequest");
    }

    @Test
    void row4RefusesAScopeOfThreeParts() throws IOException {
        refusedOverwrite(
                authorized(text -> text.replace("/20260102/us-east-1", "/20260102")),
                400,
                "AuthorizationHeaderMalformed");
        refusedOverwrite(
                authorized(text -> text.replace("root/20260102", "root")), 400, "AuthorizationHeaderMalformed");
    }

    @Test
    void row5RefusesAnUnknownAccessKey() throws IOException {
        Signer stranger = new Signer(new AccessKeyId("stranger"), SignedClient.SECRET, SignedClient.REGION);
        WireRequest request = request("PUT", "/object/precious", 4);
        refusedOverwrite(
                stranger.sign(request, Payload.of(SignedClient.bytes("evil")), NOW), 403, "InvalidAccessKeyId");
        refusedOverwrite(authorized(text -> text.replace("=root/", "=Root/")), 403, "InvalidAccessKeyId");
    }

    @Test
    void row6RefusesASignatureThatIsNotTheOne() throws IOException {
        List<UnaryOperator<String>> changes = List.of(
                signature -> flipped(signature, 0),
                signature -> flipped(signature, 31),
                signature -> flipped(signature, 63),
                signature -> signature.toUpperCase(Locale.ROOT),
                signature -> signature.substring(0, 63),
                signature -> signature + "0",
                signature -> "0".repeat(64));
        for (UnaryOperator<String> change : changes) {
            refusedOverwrite(
                    authorized(text -> {
                        int at = text.indexOf("Signature=") + "Signature=".length();
                        return text.substring(0, at) + change.apply(text.substring(at));
                    }),
                    403,
                    "SignatureDoesNotMatch");
        }
    }

    private static String flipped(String signature, int at) {
        char other = signature.charAt(at) == 'a' ? 'b' : 'a';
        return signature.substring(0, at) + other + signature.substring(at + 1);
    }

    @Test
    void row7RefusesAnotherRegionAndService() throws IOException {
        Signer abroad = new Signer(SignedClient.KEY, SignedClient.SECRET, "eu-west-1");
        WireRequest request = request("PUT", "/object/precious", 4);
        refusedOverwrite(
                abroad.sign(request, Payload.of(SignedClient.bytes("evil")), NOW), 400, "AuthorizationHeaderMalformed");
        refusedOverwrite(authorized(text -> text.replace("/s3/", "/iam/")), 400, "AuthorizationHeaderMalformed");
        refusedOverwrite(
                authorized(text -> text.replace("aws4_request", "aws5_request")), 400, "AuthorizationHeaderMalformed");
    }

    @Test
    void row8RefusesAScopeOfAnotherDay() throws IOException {
        refusedOverwrite(authorized(text -> text.replace("/20260102/", "/20260101/")), 403, "SignatureDoesNotMatch");
        refusedOverwrite(with(overwrite(), "x-amz-date", "20260102T030406Z"), 403, "SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @CsvSource({"-900, 200", "-901, 403", "-86400, 403"})
    void row9RefusesARequestSignedTooLongAgo(int seconds, int status) throws IOException {
        requireAt(seconds, status);
    }

    @ParameterizedTest
    @CsvSource({"900, 200", "901, 403", "86400, 403"})
    void row10RefusesARequestSignedForLater(int seconds, int status) throws IOException {
        requireAt(seconds, status);
    }

    private static void requireAt(int seconds, int status) throws IOException {
        WireRequest request = SignedClient.SIGNER.sign(
                request("GET", "/object/precious", 0), Payload.UNSIGNED, NOW.plusSeconds(seconds));
        RawClient.Response response = port.client.send(request, "");
        if (status == 200) {
            assertThat(response.body()).isEqualTo("precious");
        } else {
            refused(response, status, "RequestTimeTooSkewed");
        }
    }

    @Test
    void row11RefusesNoDateAndWhatIsNone() throws IOException {
        refusedOverwrite(without(overwrite(), "x-amz-date"), 403, "AccessDenied");
        for (String date :
                List.of("now", "2026-01-02T03:04:05Z", "20260102T030405", "20260230T030405Z", "1767323045")) {
            refusedOverwrite(with(overwrite(), "x-amz-date", date), 403, "AccessDenied");
        }
    }

    @Test
    void row12RefusesAnUnsignedHost() throws IOException {
        refusedOverwrite(authorized(text -> text.replace("host;", "")), 403, "AccessDenied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-acl: public-read-write",
                "x-amz-meta-owner: mallory",
                "x-amz-copy-source: /object/other",
                "x-amz-security-token: t",
                "X-AMZ-Grant-Full-Control: id=mallory",
                "x-amz-"
            })
    void row13RefusesAmzHeadersThatNobodySigned(String header) throws IOException {
        int colon = header.indexOf(':');
        String name = colon < 0 ? header : header.substring(0, colon);
        refusedOverwrite(
                with(overwrite(), name.toLowerCase(Locale.ROOT), colon < 0 ? "x" : header.substring(colon + 2)),
                403,
                "AccessDenied");
    }

    @Test
    void row14RefusesNoPayloadHash() throws IOException {
        WireRequest without = authorized(text -> text.replace(";x-amz-content-sha256", ""));
        refusedOverwrite(without(without, "x-amz-content-sha256"), 400, "InvalidRequest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UNSIGNED",
                "unsigned-payload",
                "STREAMING-AWS4-HMAC-SHA256",
                "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
                "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            })
    void row15RefusesAPayloadHashThatIsNone(String hash) throws IOException {
        refusedOverwrite(with(overwrite(), "x-amz-content-sha256", hash), 400, "InvalidArgument");
    }

    @Test
    void row16RefusesABodyOfAnotherHash() throws IOException {
        Payload announced = Payload.of(SignedClient.bytes("good"));
        WireRequest request = port.client.signed(request("PUT", "/object/precious", 4), announced);
        refusedOverwrite(request, 400, "XAmzContentSHA256Mismatch");
        String large = "x".repeat(200_000);
        WireRequest streamed = port.client.signed(request("PUT", "/object/precious", large.length()), announced);
        port.refusedAndUnchanged(port.client.send(streamed, large), 400, "XAmzContentSHA256Mismatch");
    }

    /** The answer differs in its code, as S3's does; what it cost to find does not. */
    @Test
    void row38DerivesAndComparesForAnUnknownKeyToo() throws IOException {
        Signer stranger = new Signer(new AccessKeyId("stranger"), SignedClient.SECRET, SignedClient.REGION);
        WireRequest unknown = stranger.sign(request("GET", "/object/precious", 0), Payload.UNSIGNED, NOW);
        WireRequest wrong = new Signer(
                        SignedClient.KEY, flare.sigv4.SecretKey.of("another secret"), SignedClient.REGION)
                .sign(request("GET", "/object/precious", 0), Payload.UNSIGNED, NOW);
        RawClient.Response toUnknown = port.client.send(unknown, "");
        RawClient.Response toWrong = port.client.send(wrong, "");
        refused(toUnknown, 403, "InvalidAccessKeyId");
        refused(toWrong, 403, "SignatureDoesNotMatch");
        assertThat(toUnknown.headers().keySet()).isEqualTo(toWrong.headers().keySet());
    }
}
