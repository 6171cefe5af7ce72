package flare.object;

import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Objects as their users know them: the write path and the read path behind every API. Stages fail with {@link
 * flare.model.FlareException}.
 */
public interface ObjectService {

    /**
     * Stores an object and completes once it is durable and committed. The body is consumed or cancelled on every path,
     * also when refused.
     */
    CompletionStage<ObjectInfo> put(PutRequest request, Source<ByteString, ?> body);

    /** The same for a body that is in memory already: small ones then cost no stream. */
    default CompletionStage<ObjectInfo> put(PutRequest request, ByteString body) {
        return put(request, body.isEmpty() ? Source.empty() : Source.single(body));
    }

    /**
     * Opens an object for reading. {@code range} is asked once the object is known: it gives the bytes wanted, empty for
     * all of them, or throws {@link flare.model.FlareException} (RANGE_NOT_SATISFIABLE, PRECONDITION_FAILED,
     * NOT_MODIFIED). The bytes of the answer must be run or cancelled: they hold a pin.
     */
    CompletionStage<ObjectRead> get(BucketName bucket, ObjectKey key, Function<ObjectInfo, Optional<ByteRange>> range);

    CompletionStage<ObjectInfo> head(BucketName bucket, ObjectKey key);

    /** Deletes the key; completes with whether there was anything. */
    CompletionStage<Boolean> delete(BucketName bucket, ObjectKey key, WriteCondition condition);

    CompletionStage<Listing> list(ListRequest request);

    /**
     * @param length announced bytes, empty when only the stream's end tells; a body of another length is INCOMPLETE_BODY
     * @param contentMd5 what the client says the MD5 is, 16 bytes: BAD_DIGEST if it is not
     */
    record PutRequest(
            BucketName bucket,
            ObjectKey key,
            Optional<Long> length,
            Optional<byte[]> contentMd5,
            ObjectAttributes attributes,
            WriteCondition condition) {}

    /**
     * @param range the bytes that follow; empty when they are the whole object
     * @param atHand the same bytes where they are in memory already: {@code bytes} then holds nothing and need not be run
     */
    record ObjectRead(
            ObjectInfo info,
            Optional<ByteRange> range,
            Source<ByteString, NotUsed> bytes,
            Optional<ByteString> atHand) {

        public ObjectRead(ObjectInfo info, Optional<ByteRange> range, Source<ByteString, NotUsed> bytes) {
            this(info, range, bytes, Optional.empty());
        }
    }

    /**
     * @param prefix UTF-8, may be empty
     * @param delimiter UTF-8, may be empty
     * @param after key or common prefix to go on behind; empty: from the start
     * @param limit at least 0
     */
    record ListRequest(BucketName bucket, byte[] prefix, byte[] delimiter, byte[] after, int limit) {}

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record Listing(List<ObjectInfo> objects, List<byte[]> commonPrefixes, Optional<byte[]> next) {}
}
