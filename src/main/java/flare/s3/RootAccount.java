package flare.s3;

import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The key pair of the settings, which may do everything. */
public record RootAccount(AccessKeyId accessKey, SecretKey secret) implements Accounts {

    @Override
    public CompletionStage<Optional<Account>> find(AccessKeyId asked) {
        return CompletableFuture.completedFuture(
                asked.equals(accessKey)
                        ? Optional.of(new Account(Principal.ROOT, secret, Optional.empty()))
                        : Optional.empty());
    }
}
