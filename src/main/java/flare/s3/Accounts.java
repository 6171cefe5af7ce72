package flare.s3;

import flare.s3.AuthenticatedRequest.Principal;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.util.Optional;

/** Who has which key pair. */
@FunctionalInterface
interface Accounts {

    record Account(Principal principal, SecretKey secret) {}

    Optional<Account> find(AccessKeyId accessKey);
}
