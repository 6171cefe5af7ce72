package flare.s3;

import flare.s3.Accounts.Account;
import flare.sigv4.ChunkedBody;
import flare.sigv4.SignatureClaim;
import flare.sigv4.SignatureRefusedException;
import flare.sigv4.VerifiedRequest;
import flare.sigv4.Verifier;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Signature version 4, in the header or in the query, and the body modes that go with it: which of the carriers and modes it
 * is, is decided once, here and in {@link Verifier}.
 */
final class SignatureAuthenticator implements Authenticator {

    static final String PAYLOAD_HEADER = "x-amz-content-sha256";

    private final Verifier verifier;
    private final Accounts accounts;
    private final Clock clock;
    private final OpenAuthenticator unsigned = new OpenAuthenticator();

    SignatureAuthenticator(Verifier verifier, Accounts accounts, Clock clock) {
        this.verifier = verifier;
        this.accounts = accounts;
        this.clock = clock;
    }

    @Override
    public CompletionStage<AuthenticatedRequest> authenticate(Operation operation, S3Request head, RequestBody body) {
        try {
            Optional<SignatureClaim> claim = verifier.claim(WireHead.of(head, body));
            if (claim.isEmpty() && operation.route() == BucketRoute.POST_OBJECT) {
                // Signed in its fields: no word of the head on its body counts.
                return CompletableFuture.completedFuture(
                        new AuthenticatedRequest(Principal.ANONYMOUS, head, RequestContent.asItIs(body)));
            }
            return claim.isEmpty()
                    ? unsigned.authenticate(operation, head, body)
                    : accounts.find(claim.get().accessKey())
                            .thenApply(account -> verified(claim.get(), account, head, body));
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }

    private AuthenticatedRequest verified(
            SignatureClaim claim, Optional<Account> account, S3Request head, RequestBody body) {
        try {
            VerifiedRequest verified =
                    verifier.verify(claim, account.map(Account::secret).orElse(null), clock.instant());
            Principal principal = account.orElseThrow().unbarred();
            return new AuthenticatedRequest(principal, head.withSignedParameters(), content(verified, body));
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }

    private static RequestContent content(VerifiedRequest verified, RequestBody body) {
        return switch (verified.payload().mode()) {
            case UNSIGNED -> RequestContent.asItIs(body);
            case HASHED ->
                RequestContent.hashed(
                        body, HexFormat.of().parseHex(verified.payload().text()));
            case SIGNED_CHUNKS, SIGNED_CHUNKS_WITH_TRAILER, UNSIGNED_CHUNKS_WITH_TRAILER ->
                RequestContent.chunked(body, ChunkedBody.of(verified));
        };
    }
}
