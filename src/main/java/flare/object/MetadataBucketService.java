package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Buckets in the metadata log. */
public final class MetadataBucketService implements BucketService {

    private final ObjectEnvironment environment;

    public MetadataBucketService(ObjectEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public CompletionStage<Optional<BucketInfo>> find(BucketName name) {
        return named(environment.metadata().read(new Query.GetBucket(name)));
    }

    @Override
    public CompletionStage<BucketPage> list(Set<String> owners, String prefix, String after, int limit) {
        return named(environment.metadata().read(new Query.ListBuckets(owners, prefix, after, limit)))
                .thenApply(page -> new BucketPage(page.buckets(), page.next()));
    }

    @Override
    public CompletionStage<BucketId> create(BucketName name, String owner, Map<DocumentKind, Document> documents) {
        return submit(new Command.CreateBucket(name, owner, documents));
    }

    @Override
    public CompletionStage<Void> delete(BucketId bucket) {
        return done(new Command.DeleteBucket(bucket));
    }

    @Override
    public CompletionStage<Void> setVersioning(BucketId bucket, boolean enabled) {
        return done(new Command.SetVersioning(bucket, enabled));
    }

    @Override
    public CompletionStage<Void> setDocument(BucketId bucket, DocumentKind kind, Optional<byte[]> document) {
        return done(new Command.SetDocument(bucket, kind, document.map(Document::new)));
    }

    private CompletionStage<Void> done(Command<Command.Done> command) {
        return submit(command).thenAccept(done -> {});
    }

    private <T> CompletionStage<T> submit(Command<T> command) {
        return named(CommitLimit.bound(
                environment.metadata().submit(command), environment.settings().commitTimeout()));
    }

    private static <T> CompletionStage<T> named(CompletionStage<T> stage) {
        return stage.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }
}
