package flare.s3;

import flare.object.UserService;
import flare.object.UserService.KeyHolder;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Root's key pair, and those of users in the metadata. Root needs no look-up, and is not locked out by one that fails. */
final class UserAccounts implements Accounts {

    private final RootAccount root;
    private final UserService users;

    UserAccounts(RootAccount root, UserService users) {
        this.root = root;
        this.users = users;
    }

    @Override
    public CompletionStage<Optional<Account>> find(AccessKeyId asked) {
        return asked.equals(root.accessKey())
                ? root.find(asked)
                : users.findAccessKey(asked.text()).thenApply(found -> found.map(UserAccounts::account));
    }

    private static Account account(KeyHolder holder) {
        return new Account(
                new Principal.User(holder.user()),
                SecretKey.of(holder.key().pair().secret()),
                barred(holder));
    }

    private static Optional<String> barred(KeyHolder holder) {
        if (!holder.user().enabled()) {
            return Optional.of("user " + holder.user().name() + " is disabled");
        }
        return holder.key().enabled()
                ? Optional.empty()
                : Optional.of("access key " + holder.key().accessKey() + " is disabled");
    }
}
