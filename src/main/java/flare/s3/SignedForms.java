package flare.s3;

import flare.model.BucketName;
import flare.s3.Accounts.Account;
import flare.s3.PostPolicy.AllowedLength;
import flare.sigv4.FormClaim;
import flare.sigv4.SignatureRefusedException;
import flare.sigv4.Verifier;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells who signed a form's policy; of one without a policy, who signed the request it came in. */
final class SignedForms implements Forms {

    private final Verifier verifier;
    private final Accounts accounts;
    private final Clock clock;

    SignedForms(Verifier verifier, Accounts accounts, Clock clock) {
        this.verifier = verifier;
        this.accounts = accounts;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Signed> check(Principal sender, BucketName bucket, Map<String, String> fields) {
        try {
            Optional<FormClaim> claim = verifier.formClaim(fields);
            return claim.isEmpty()
                    ? CompletableFuture.completedFuture(new Signed(sender, AllowedLength.ANY, Optional.empty()))
                    : accounts.find(claim.get().accessKey())
                            .thenApply(signer -> verified(claim.get(), signer, bucket, fields));
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }

    private Signed verified(FormClaim claim, Optional<Account> signer, BucketName bucket, Map<String, String> fields) {
        try {
            String policy =
                    verifier.verifyForm(claim, signer.map(Account::secret).orElse(null));
            Principal principal = signer.orElseThrow().unbarred();
            AllowedLength length = PostPolicyParser.parse(policy).check(fields, bucket, clock.instant());
            return new Signed(principal, length, Optional.of(claim.algorithm()));
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }
}
