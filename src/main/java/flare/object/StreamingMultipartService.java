package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Uploads in parts over metadata log and data nodes. A part streams like an object. */
final class StreamingMultipartService implements MultipartService {

    private final ObjectEnvironment environment;
    private final Copying copying;
    private final WritePath writes;
    private final long minPartBytes;

    StreamingMultipartService(ObjectEnvironment environment, Copying copying, WritePath writes, long minPartBytes) {
        this.environment = environment;
        this.copying = copying;
        this.writes = writes;
        this.minPartBytes = minPartBytes;
    }

    @Override
    public CompletionStage<UploadId> create(CreateRequest request) {
        return named(writes.admitted(request.bucket(), request.key(), request.condition()))
                .thenCompose(bucket -> submit(new Command.CreateUpload(
                        bucket,
                        request.key(),
                        request.attributes(),
                        request.extras(),
                        request.algorithm(),
                        request.checksumType())));
    }

    @Override
    public CompletionStage<UploadInfo> find(UploadRef upload) {
        return read(new Query.StatUpload(upload))
                .thenApply(state -> state.open()
                        .orElseThrow(() ->
                                new FlareException(Fault.NO_SUCH_UPLOAD, "upload " + upload.id() + " is finished")));
    }

    @Override
    public CompletionStage<PartInfo> putPart(PartRequest request, Source<ByteString, ?> body) {
        return writes.putPart(request, body);
    }

    @Override
    public CompletionStage<CopiedPart> copyPart(CopyPartRequest request) {
        return named(find(request.upload()).thenCompose(upload -> copying.copyPart(request, upload)));
    }

    @Override
    public CompletionStage<ObjectInfo> complete(CompleteRequest request) {
        return read(new Query.StatUpload(request.upload()))
                .thenCompose(state -> state.completed().isPresent()
                        ? CompletableFuture.completedFuture(state.completed().get())
                        : read(new Query.ListParts(request.upload(), 0, PartInfo.MAX_NUMBER))
                                .thenCompose(page -> submit(
                                        new Completion(request, page.upload(), page.parts(), minPartBytes).command())));
    }

    @Override
    public CompletionStage<Void> abort(UploadRef upload) {
        return submit(new Command.AbortUpload(upload)).thenAccept(done -> {});
    }

    @Override
    public CompletionStage<PartsPage> parts(UploadRef upload, int after, int limit) {
        return read(new Query.ListParts(upload, after, limit))
                .thenApply(page -> new PartsPage(page.upload(), page.parts(), page.more()));
    }

    @Override
    public CompletionStage<UploadsPage> uploads(UploadsRequest request) {
        return read(new Query.ListUploads(
                        request.bucket(),
                        request.prefix(),
                        request.delimiter(),
                        new Query.UploadsMark(request.keyMarker(), request.uploadMarker()),
                        request.limit()))
                .thenApply(page -> new UploadsPage(
                        page.uploads(),
                        page.commonPrefixes(),
                        page.next().map(mark -> new NextUpload(mark.key(), mark.upload()))));
    }

    private <T> CompletionStage<T> read(Query<T> query) {
        return named(environment.metadata().read(query));
    }

    private <T> CompletionStage<T> submit(Command<T> command) {
        return named(CommitLimit.bound(
                environment.metadata().submit(command), environment.settings().commitTimeout()));
    }

    private static <T> CompletionStage<T> named(CompletionStage<T> stage) {
        return stage.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }
}
