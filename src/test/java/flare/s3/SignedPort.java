package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.Verifier;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** The object port with one key pair and a clock that stands still, so that a second too late is a second too late. */
final class SignedPort implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    final TestPort port;
    final SignedClient client;

    SignedPort() {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        port = new TestPort(ObjectPort.Access.signed(
                new Verifier(new Verifier.Rules(SignedClient.REGION, Duration.ofMinutes(15), true)),
                new RootAccount(SignedClient.KEY, SignedClient.SECRET),
                clock));
        client = new SignedClient(port.port(), clock);
    }

    /** Refused by this name, and the object that was there before is what it was. */
    void refusedAndUnchanged(RawClient.Response response, int status, String code) throws IOException {
        refused(response, status, code);
        assertThat(client.get("/object/precious").body()).isEqualTo("precious");
    }

    void storePrecious() throws IOException {
        assertThat(client.put("/object/precious", "precious").status()).isEqualTo(200);
    }

    static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).contains("<RequestId>" + response.header("x-amz-request-id") + "</RequestId>");
    }

    @Override
    public void close() {
        port.close();
    }
}
