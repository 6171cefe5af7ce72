package flare.s3;

import flare.sigv4.ChunkedBody;
import flare.sigv4.ChunkedFraming;
import flare.sigv4.Payload;
import flare.sigv4.PayloadMode;
import flare.sigv4.SignatureRefusedException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lets everybody do everything, signed or not: for a server that has no credentials, which listens on loopback only.
 * Clients that sign all the same are served: what they announce of the body still has to hold, its signatures can't be
 * checked.
 */
final class OpenAuthenticator implements Authenticator {

    @Override
    public CompletionStage<AuthenticatedRequest> authenticate(Operation operation, S3Request head, RequestBody body) {
        boolean signs = head.headers().has("authorization")
                || head.target().parameter("X-Amz-Signature").isPresent();
        try {
            return CompletableFuture.completedFuture(new AuthenticatedRequest(
                    signs ? Principal.ROOT : Principal.ANONYMOUS, head.withSignedParameters(), content(head, body)));
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }

    private static RequestContent content(S3Request head, RequestBody body) {
        Optional<String> announced = head.headers().first(SignatureAuthenticator.PAYLOAD_HEADER);
        if (announced.isEmpty()) {
            return RequestContent.asItIs(body);
        }
        Payload payload = new Payload(announced.get());
        PayloadMode mode = payload.mode();
        if (mode.isChunked()) {
            ChunkedFraming framing = ChunkedFraming.of(mode, WireHead.of(head, body));
            return RequestContent.chunked(body, ChunkedBody.ofAnyone(framing));
        }
        return mode == PayloadMode.HASHED
                ? RequestContent.hashed(body, HexFormat.of().parseHex(payload.text()))
                : RequestContent.asItIs(body);
    }
}
