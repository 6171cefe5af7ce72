package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import flare.object.MultipartService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Refuses everything: uploads in parts are tested over the real store. */
final class NoUploads implements MultipartService {

    @Override
    public CompletionStage<UploadId> create(CreateRequest request) {
        return refused();
    }

    @Override
    public CompletionStage<UploadInfo> find(UploadRef upload) {
        return refused();
    }

    @Override
    public CompletionStage<PartInfo> putPart(PartRequest request, Source<ByteString, ?> body) {
        return refused();
    }

    @Override
    public CompletionStage<CopiedPart> copyPart(CopyPartRequest request) {
        return refused();
    }

    @Override
    public CompletionStage<ObjectInfo> complete(CompleteRequest request) {
        return refused();
    }

    @Override
    public CompletionStage<Void> abort(UploadRef upload) {
        return refused();
    }

    @Override
    public CompletionStage<PartsPage> parts(UploadRef upload, int after, int limit) {
        return refused();
    }

    @Override
    public CompletionStage<UploadsPage> uploads(UploadsRequest request) {
        return refused();
    }

    private static <T> CompletionStage<T> refused() {
        return CompletableFuture.failedFuture(new FlareException(Fault.NOT_IMPLEMENTED, "no uploads in parts here"));
    }
}
