package flare.s3;

import flare.sigv4.Payload;
import flare.sigv4.Signer;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Somebody who asks.
 *
 * @param signer empty for nobody in particular
 */
record Who(TestPort port, Optional<Signer> signer) {

    RawClient.Response ask(String method, String target, String body, String... headers) throws IOException {
        return send(SignedClient.request(method, target, body.length(), headers), body);
    }

    RawClient.Response send(WireRequest request, String body) throws IOException {
        WireRequest signed = signer.isEmpty()
                ? request
                : signer.get().sign(request, Payload.of(SignedClient.bytes(body)), Instant.now());
        boolean plain = request.method().equals("GET") || request.method().equals("HEAD");
        return new SignedClient(port.port(), Clock.systemUTC()).send(signed, plain ? "" : body);
    }

    int status(String method, String target, String body, String... headers) throws IOException {
        return ask(method, target, body, headers).status();
    }

    int get(String target) throws IOException {
        return status("GET", target, "");
    }

    int put(String target, String... headers) throws IOException {
        return status("PUT", target, "body", headers);
    }
}
