package flare.object;

import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Uploads in parts. Buckets are named by the id that was authorised (I5). Stages fail with {@link
 * flare.model.FlareException}, NO_SUCH_UPLOAD where there is none that is open.
 */
public interface MultipartService {

    CompletionStage<UploadId> create(CreateRequest request);

    /** The upload while it is open. */
    CompletionStage<UploadInfo> find(UploadRef upload);

    /** Stores one part, in place of one of the same number. The body is consumed or cancelled on every path. */
    CompletionStage<PartInfo> putPart(PartRequest request, Source<ByteString, ?> body);

    /** A part that shares bytes of an object, without moving them. Refuses as {@link ObjectService#get} for the source. */
    CompletionStage<CopiedPart> copyPart(CopyPartRequest request);

    /**
     * Makes the parts the object. INVALID_PART_ORDER, INVALID_PART for one that is not there or has another ETag or
     * checksum, ENTITY_TOO_SMALL for a small one that is not the last, BAD_DIGEST where the object's checksum is another than
     * expected, INVALID_REQUEST where its size is, PRECONDITION_FAILED. Said again it answers as the first time, for a day.
     */
    CompletionStage<ObjectInfo> complete(CompleteRequest request);

    /** Gives up the upload and its parts. */
    CompletionStage<Void> abort(UploadRef upload);

    /** Parts behind a number, in order. */
    CompletionStage<PartsPage> parts(UploadRef upload, int after, int limit);

    CompletionStage<UploadsPage> uploads(UploadsRequest request);

    /**
     * @param algorithm of the object's checksum, if there is to be one
     * @param condition must hold now, which spares the parts of what would be refused; what must hold in the end, {@link
     *     CompleteRequest} says
     */
    record CreateRequest(
            BucketId bucket,
            ObjectKey key,
            ObjectAttributes attributes,
            ObjectExtras extras,
            Optional<ChecksumAlgorithm> algorithm,
            Checksum.Type checksumType,
            WriteCondition condition) {

        public CreateRequest(
                BucketId bucket,
                ObjectKey key,
                ObjectAttributes attributes,
                ObjectExtras extras,
                Optional<ChecksumAlgorithm> algorithm,
                Checksum.Type checksumType) {
            this(bucket, key, attributes, extras, algorithm, checksumType, WriteCondition.NONE);
        }
    }

    /** As {@link ObjectService.PutRequest}. */
    record PartRequest(
            UploadRef upload, int number, Optional<Long> length, Optional<byte[]> contentMd5, BodyChecks checks) {}

    /**
     * @param range asked once the source is known, after its check: the bytes to share, empty for all of them
     */
    record CopyPartRequest(
            UploadRef upload,
            int number,
            ObjectService.CopySource source,
            Function<ObjectInfo, Optional<ByteRange>> range) {}

    /** @param source as it was when it was copied */
    record CopiedPart(PartInfo part, ObjectInfo source) {}

    /** @param checksum base64, where the client says it */
    record CompletedPart(int number, String etag, Optional<String> checksum) {}

    /**
     * @param checksum what the object's checksum must be, base64; of a composite one with or without its {@code -N}
     * @param type of what kind the client takes the checksum to be
     * @param size what its size must be
     */
    record CompleteRequest(
            UploadRef upload,
            List<CompletedPart> parts,
            Optional<String> checksum,
            Optional<Checksum.Type> type,
            Optional<Long> size,
            WriteCondition condition) {

        public CompleteRequest(
                UploadRef upload,
                List<CompletedPart> parts,
                Optional<String> checksum,
                Optional<Long> size,
                WriteCondition condition) {
            this(upload, parts, checksum, Optional.empty(), size, condition);
        }
    }

    /** @param more whether there are parts behind these */
    record PartsPage(UploadInfo upload, List<PartInfo> parts, boolean more) {}

    /**
     * @param prefix UTF-8, may be empty
     * @param delimiter UTF-8, may be empty
     * @param keyMarker key or common prefix to go on behind; empty: from the start
     * @param uploadMarker of the marker's key, to go on behind; empty: behind all of them
     * @param limit at least 1
     */
    record UploadsRequest(
            BucketId bucket,
            byte[] prefix,
            byte[] delimiter,
            byte[] keyMarker,
            Optional<UploadId> uploadMarker,
            int limit) {}

    /** @param next where the next page goes on; empty on the last page */
    record UploadsPage(List<UploadInfo> uploads, List<byte[]> commonPrefixes, Optional<NextUpload> next) {}

    /** @param uploadMarker empty behind a common prefix */
    record NextUpload(byte[] keyMarker, Optional<UploadId> uploadMarker) {}
}
