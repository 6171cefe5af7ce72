package flare.s3;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.s3.AuthenticatedRequest.Principal;
import flare.s3.PostPolicy.AllowedLength;
import flare.sigv4.FormClaim;
import flare.sigv4.SignatureRefusedException;
import flare.sigv4.Verifier;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Takes a form whose policy somebody signed who may, or that came in a signed request. */
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
    public AllowedLength check(Principal sender, BucketName bucket, Map<String, String> fields) {
        try {
            Optional<FormClaim> claim = verifier.formClaim(fields);
            if (claim.isEmpty() && sender.equals(Principal.ANONYMOUS)) {
                throw new FlareException(Fault.ACCESS_DENIED, "the form has no policy that somebody signed");
            } else if (claim.isEmpty()) {
                return AllowedLength.ANY;
            }
            Optional<Accounts.Account> signer = accounts.find(claim.get().accessKey());
            String policy = verifier.verifyForm(
                    claim.get(), signer.map(Accounts.Account::secret).orElse(null));
            return PostPolicyParser.parse(policy).check(fields, bucket, clock.instant());
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }
}
