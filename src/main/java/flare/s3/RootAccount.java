package flare.s3;

import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.util.Optional;

/** The key pair of the settings, which may do everything. */
public record RootAccount(AccessKeyId accessKey, SecretKey secret) implements Accounts {

    @Override
    public Optional<Account> find(AccessKeyId asked) {
        return asked.equals(accessKey)
                ? Optional.of(new Account(AuthenticatedRequest.Principal.ROOT, secret))
                : Optional.empty();
    }
}
