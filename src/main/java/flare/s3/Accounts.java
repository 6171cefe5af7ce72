package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Who has which key pair. */
@FunctionalInterface
interface Accounts {

    /** @param barred why the key does not count, for who has shown that they have the secret; empty: it does */
    record Account(Principal principal, SecretKey secret, Optional<String> barred) {

        /** Who has it; to be asked behind the signature. Throws {@link FlareException} with UNKNOWN_ACCESS_KEY. */
        Principal unbarred() {
            if (barred.isPresent()) {
                throw new FlareException(Fault.UNKNOWN_ACCESS_KEY, barred.get());
            }
            return principal;
        }
    }

    /** Fails with UNAVAILABLE where that can't be told for certain: a removed key must not count (I11). */
    CompletionStage<Optional<Account>> find(AccessKeyId accessKey);
}
