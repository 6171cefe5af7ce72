package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.ChunkedBody;
import flare.sigv4.SecretKey;
import flare.sigv4.SignatureRefusedException;
import flare.sigv4.SignedRequests;
import flare.sigv4.SignedRequests.Signed;
import flare.sigv4.VerifiedRequest;
import flare.sigv4.Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What clients signed, sent as they would, still verifies once the HTTP layer is through with it. */
class WireHeadTest {

    private static final SecretKey SECRET = SecretKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /** Enough of each client's kinds of request. */
    private static final int PER_KIND = 4;

    private static final int NOT_IMPLEMENTED = 501;

    private final Verifier verifier = new Verifier(new Verifier.Rules("us-east-1", Duration.ofMinutes(15), true));
    private final BlockingQueue<String> verdicts = new LinkedBlockingQueue<>();
    private volatile Instant now = Instant.EPOCH;

    @Test
    void keepsSignaturesTrue() throws Exception {
        try (TestPort port =
                new TestPort(new ObjectPort.Access(this::authenticate, new OpenForms(Clock.systemUTC()), true))) {
            Map<String, Integer> sent = new HashMap<>();
            for (Signed signed : SignedRequests.requests()) {
                String kind = signed.name().replaceAll("(get|put|head|GET|PUT) .*", "$1");
                if (sent.merge(kind, 1, Integer::sum) <= PER_KIND || signed.decoded().length > 11) {
                    now = signed.time();
                    if (send(port, signed) == NOT_IMPLEMENTED) {
                        continue; // the router's word comes first
                    }
                    assertThat(verdicts.poll(10, TimeUnit.SECONDS))
                            .as(signed.name())
                            .isEqualTo("AKIAIOSFODNN7EXAMPLE");
                }
            }
            assertThat(sent).hasSizeGreaterThan(20);
            assertThat(verdicts).isEmpty();
        }
    }

    private int send(TestPort port, Signed signed) throws IOException {
        StringBuilder head = new StringBuilder(
                signed.request().method() + " " + signed.request().rawPath());
        String query = signed.request().rawQuery();
        head.append(query.isEmpty() ? "" : "?" + query).append(" HTTP/1.1\r\n");
        Map<String, List<String>> headers = new HashMap<>(signed.request().headers());
        headers.remove("expect"); // nobody signs it, and the body goes along here
        String body = new String(signed.body(), StandardCharsets.ISO_8859_1);
        if (headers.containsKey("transfer-encoding")) {
            body = Integer.toHexString(body.length()) + "\r\n" + body + (body.isEmpty() ? "\r\n" : "\r\n0\r\n\r\n");
        } else {
            headers.putIfAbsent("content-length", List.of(Integer.toString(body.length())));
        }
        headers.forEach((name, values) -> values.forEach(
                value -> head.append(name).append(": ").append(value).append("\r\n")));
        try (RawClient raw = port.connect()) {
            raw.send(head + "\r\n" + body);
            return raw.response(signed.request().method().equals("HEAD")).status();
        }
    }

    /** Says who signed, and ends it there. */
    private CompletionStage<AuthenticatedRequest> authenticate(Operation operation, S3Request head, RequestBody body) {
        try {
            VerifiedRequest verified =
                    verifier.verify(verifier.claim(WireHead.of(head, body)).orElseThrow(), SECRET, now);
            if (verified.payload().mode().isChunked()) {
                assertThat(ChunkedBody.of(verified).decodedBytes()).isNotNegative();
            }
            verdicts.add(verified.accessKey().text());
        } catch (SignatureRefusedException e) {
            verdicts.add(e.fault() + ": " + e.getMessage());
        }
        throw new flare.model.FlareException(flare.model.Fault.ACCESS_DENIED, "the test is over");
    }
}
