package flare.admin;

import flare.config.S3Settings;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserName;
import flare.model.UserProfile;
import flare.object.UserService;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Users as the admin port shows and changes them. A secret is told once, when its key is made. */
public final class UserAdministration {

    static final int MAX_PAGE = 1_000;

    private final UserService users;
    private final S3Settings root;
    private final RandomKeys random = new RandomKeys();

    /** @param root whose id and access key no user may have */
    public UserAdministration(UserService users, S3Settings root) {
        this.users = users;
        this.root = root;
    }

    CompletionStage<UserList> list(String after) {
        return users.list(after, MAX_PAGE)
                .thenApply(page -> new UserList(
                        page.users().stream().map(UserStatus::of).toList(),
                        page.next().orElse(null)));
    }

    CompletionStage<UserStatus> show(UserName name) {
        return user(name).thenApply(UserStatus::of);
    }

    CompletionStage<IssuedKey> add(UserName name, NewUser wanted) {
        String wantedId = wanted.id();
        CanonicalId id = wantedId == null ? random.id() : named(() -> new CanonicalId(wantedId));
        if (id.value().equals(root.rootId())) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, "canonical id " + id + " is that of the root: choose another");
        }
        KeyPair pair = pair(wanted.accessKey(), wanted.secretKey());
        UserProfile profile = named(() -> new UserProfile(
                id, name, Optional.ofNullable(wanted.displayName()), Optional.ofNullable(wanted.email())));
        return users.create(profile, Optional.of(pair)).thenApply(done -> issued(name, id, pair));
    }

    /** As it was. */
    CompletionStage<UserStatus> remove(UserName name) {
        return user(name).thenCompose(user -> users.remove(user.id()).thenApply(done -> UserStatus.of(user)));
    }

    CompletionStage<UserStatus> enable(UserName name, boolean enabled) {
        return changed(name, user -> users.enable(user.id(), enabled));
    }

    CompletionStage<IssuedKey> addKey(UserName name, NewKey wanted) {
        KeyPair pair = pair(wanted.accessKey(), wanted.secretKey());
        return user(name)
                .thenCompose(user -> users.addKey(user.id(), pair).thenApply(done -> issued(name, user.id(), pair)));
    }

    CompletionStage<UserStatus> removeKey(UserName name, String accessKey) {
        return changed(name, user -> users.removeKey(user.id(), accessKey));
    }

    CompletionStage<UserStatus> enableKey(UserName name, String accessKey, boolean enabled) {
        return changed(name, user -> users.enableKey(user.id(), accessKey, enabled));
    }

    /** The document as it was put. */
    CompletionStage<byte[]> policy(UserName name, PolicyName policy) {
        return user(name)
                .thenApply(user -> Optional.ofNullable(user.policies().get(policy))
                        .map(Document::bytes)
                        .orElseThrow(() -> new FlareException(
                                Fault.NO_SUCH_USER_POLICY, "user " + name + " has no policy " + policy)));
    }

    /** @param json empty: the built-in policy of that name */
    CompletionStage<UserStatus> setPolicy(UserName name, PolicyName policy, byte[] json) {
        byte[] document = UserPolicies.checked(policy, json);
        return changed(name, user -> users.setPolicy(user.id(), policy, Optional.of(document)));
    }

    CompletionStage<UserStatus> removePolicy(UserName name, PolicyName policy) {
        return changed(name, user -> users.setPolicy(user.id(), policy, Optional.empty()));
    }

    private CompletionStage<UserStatus> changed(UserName name, Function<UserInfo, CompletionStage<Void>> change) {
        return user(name).thenCompose(change).thenCompose(done -> show(name));
    }

    private CompletionStage<UserInfo> user(UserName name) {
        return users.find(name)
                .thenApply(found -> found.orElseThrow(
                        () -> new FlareException(Fault.NO_SUCH_USER, "there is no user '" + name + "'")));
    }

    private KeyPair pair(@Nullable String accessKey, @Nullable String secretKey) {
        if (accessKey == null && secretKey == null) {
            return random.pair();
        }
        if (accessKey == null || secretKey == null) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    (accessKey == null
                                    ? "a secret key without an access key"
                                    : "access key " + accessKey + " without a secret key")
                            + " is not allowed: both or neither are");
        }
        if (root.rootAccessKey().filter(accessKey::equals).isPresent()) {
            throw new FlareException(
                    Fault.ACCESS_KEY_ALREADY_EXISTS,
                    "access key " + accessKey + " is that of the root: choose another");
        }
        return named(() -> new KeyPair(accessKey, secretKey));
    }

    private static IssuedKey issued(UserName name, CanonicalId id, KeyPair pair) {
        return new IssuedKey(name.value(), id.value(), pair.accessKey(), pair.secret());
    }

    /** What a value's constructor refuses, as a refusal. */
    static <T> T named(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new FlareException(Fault.INVALID_ARGUMENT, String.valueOf(e.getMessage()), e);
        }
    }
}
