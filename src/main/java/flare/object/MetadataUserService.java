package flare.object;

import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserName;
import flare.model.UserProfile;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Users in the metadata log. */
public final class MetadataUserService implements UserService {

    private final Metadata metadata;
    private final Duration commitTimeout;

    public MetadataUserService(Metadata metadata, Duration commitTimeout) {
        this.metadata = metadata;
        this.commitTimeout = commitTimeout;
    }

    @Override
    public CompletionStage<Optional<KeyHolder>> findAccessKey(String accessKey) {
        return read(new Query.FindAccessKey(accessKey))
                .thenApply(found -> found.map(user -> new KeyHolder(
                        user,
                        user.key(accessKey)
                                .orElseThrow(() -> new IllegalStateException("access key " + accessKey
                                        + " leads to user " + user.name() + ", who has none such")))));
    }

    @Override
    public CompletionStage<Optional<UserInfo>> find(CanonicalId id) {
        return read(new Query.GetUser(id));
    }

    @Override
    public CompletionStage<Optional<UserInfo>> find(UserName name) {
        return read(new Query.FindUser(name));
    }

    @Override
    public CompletionStage<Map<CanonicalId, String>> names(Set<CanonicalId> ids) {
        return ids.isEmpty() ? CompletableFuture.completedFuture(Map.of()) : read(new Query.NameUsers(ids));
    }

    @Override
    public CompletionStage<Set<UserName>> known(Set<UserName> names) {
        return names.isEmpty() ? CompletableFuture.completedFuture(Set.of()) : read(new Query.KnownUsers(names));
    }

    @Override
    public CompletionStage<UserPage> list(String after, int limit) {
        return read(new Query.ListUsers(after, limit)).thenApply(page -> new UserPage(page.users(), page.next()));
    }

    @Override
    public CompletionStage<Void> create(UserProfile profile, Optional<KeyPair> key) {
        return done(new Command.CreateUser(profile, key));
    }

    @Override
    public CompletionStage<Void> remove(CanonicalId user) {
        return done(new Command.RemoveUser(user));
    }

    @Override
    public CompletionStage<Void> enable(CanonicalId user, boolean enabled) {
        return done(new Command.EnableUser(user, enabled));
    }

    @Override
    public CompletionStage<Void> addKey(CanonicalId user, KeyPair key) {
        return done(new Command.AddUserKey(user, key));
    }

    @Override
    public CompletionStage<Void> removeKey(CanonicalId user, String accessKey) {
        return done(new Command.RemoveUserKey(user, accessKey));
    }

    @Override
    public CompletionStage<Void> enableKey(CanonicalId user, String accessKey, boolean enabled) {
        return done(new Command.EnableUserKey(user, accessKey, enabled));
    }

    @Override
    public CompletionStage<Void> setPolicy(CanonicalId user, PolicyName name, Optional<byte[]> document) {
        return done(new Command.SetUserPolicy(user, name, document.map(Document::new)));
    }

    private CompletionStage<Void> done(Command<Command.Done> command) {
        return named(CommitLimit.bound(metadata.submit(command), commitTimeout)).thenAccept(done -> {});
    }

    private <T> CompletionStage<T> read(Query<T> query) {
        return named(metadata.read(query));
    }

    private static <T> CompletionStage<T> named(CompletionStage<T> stage) {
        return stage.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }
}
