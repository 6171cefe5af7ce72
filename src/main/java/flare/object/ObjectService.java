package flare.object;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.ChecksumAlgorithm;
import flare.model.Deletion;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.ObjectPart;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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
     *
     * <p>NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION, METHOD_NOT_ALLOWED for a delete marker named by its id; where a
     * marker is what stands there the exception names it ({@link flare.model.FlareException#deleteMarker}).
     */
    CompletionStage<ObjectRead> get(VersionRef object, Function<ObjectInfo, Optional<ByteRange>> range);

    default CompletionStage<ObjectRead> get(
            BucketName bucket, ObjectKey key, Function<ObjectInfo, Optional<ByteRange>> range) {
        return get(new VersionRef(bucket, key, Optional.empty()), range);
    }

    /**
     * The same for one part of it: its bytes are the range of the answer. Of an object put whole part 1 is all of it.
     * NO_SUCH_PART where there is none of that number.
     *
     * @param check asked once the object is known, as {@code range} is; throws to refuse
     */
    CompletionStage<ObjectRead> getPart(VersionRef object, int part, Consumer<ObjectInfo> check);

    /** Refuses as {@link #get}. */
    CompletionStage<ObjectInfo> head(VersionRef object);

    default CompletionStage<ObjectInfo> head(BucketName bucket, ObjectKey key) {
        return head(new VersionRef(bucket, key, Optional.empty()));
    }

    /** What it was made of: parts behind a number, in order. Refuses as {@link #get}. */
    CompletionStage<PartsPage> parts(VersionRef object, int after, int limit);

    /**
     * Without a version: removes the key, or hides it by a delete marker where the bucket has versions. With one: removes
     * exactly that version or marker. What is not there is no failure.
     */
    CompletionStage<Deletion> delete(VersionRef object, WriteCondition condition);

    /** Deletes the key; completes with whether there was anything. */
    default CompletionStage<Boolean> delete(BucketName bucket, ObjectKey key, WriteCondition condition) {
        return delete(new VersionRef(bucket, key, Optional.empty()), condition).thenApply(Deletion::removed);
    }

    /** Makes a key name the bytes of another version, without moving them. Refuses as {@link #get} for the source. */
    CompletionStage<Copied> copy(CopyRequest request);

    /** Puts all tags of a version in place of those it has; none: removes them. Refuses as {@link #get}. */
    CompletionStage<ObjectInfo> setTags(VersionRef object, Map<String, String> tags);

    /** Records another canned ACL. Refuses as {@link #get}. */
    CompletionStage<ObjectInfo> setAcl(VersionRef object, String acl);

    CompletionStage<VersionListing> listVersions(VersionsRequest request);

    /**
     * The same objects, but the name of this bucket means this very bucket: for what was authorised by its configuration
     * (I5). NO_SUCH_BUCKET once it is deleted, whoever has the name then.
     */
    ObjectService in(BucketInfo bucket);

    CompletionStage<Listing> list(ListRequest request);

    /** @param version empty: the key's newest */
    record VersionRef(BucketName bucket, ObjectKey key, Optional<VersionId> version) {}

    /**
     * @param length announced bytes, empty when only the stream's end tells; a body of another length is INCOMPLETE_BODY
     * @param contentMd5 what the client says the MD5 is, 16 bytes: BAD_DIGEST if it is not
     * @param extras tags, owner and ACL
     * @param checks what is computed of the bytes beside, expected of them and kept with them
     */
    record PutRequest(
            BucketName bucket,
            ObjectKey key,
            Optional<Long> length,
            Optional<byte[]> contentMd5,
            ObjectAttributes attributes,
            ObjectExtras extras,
            BodyChecks checks,
            WriteCondition condition) {

        public PutRequest(
                BucketName bucket,
                ObjectKey key,
                Optional<Long> length,
                Optional<byte[]> contentMd5,
                ObjectAttributes attributes,
                WriteCondition condition) {
            this(bucket, key, length, contentMd5, attributes, ObjectExtras.NONE, BodyChecks.NONE, condition);
        }
    }

    /**
     * @param version empty: the key's newest
     * @param check asked once the source is known; throws {@link flare.model.FlareException} to refuse
     */
    record CopySource(BucketId bucket, ObjectKey key, Optional<VersionId> version, Consumer<ObjectInfo> check) {}

    /**
     * @param attributes empty: the source's
     * @param tags empty: the source's
     * @param checksum the copy's is to be of this kind, for which the bytes may have to be read; empty: the source's
     * @param condition on what the copy would replace
     */
    record CopyRequest(
            CopySource source,
            BucketName bucket,
            ObjectKey key,
            Optional<ObjectAttributes> attributes,
            Optional<Map<String, String>> tags,
            Optional<ChecksumAlgorithm> checksum,
            Optional<String> owner,
            Optional<String> acl,
            WriteCondition condition) {}

    /** @param source as it was when it was copied */
    record Copied(ObjectInfo copy, ObjectInfo source) {}

    /** @param more whether there are parts behind these */
    record PartsPage(ObjectInfo info, List<ObjectPart> parts, boolean more) {}

    /**
     * @param range the bytes that follow; empty when they are the whole object
     * @param atHand the same bytes where they are in memory already: {@code bytes} then holds nothing and need not be run
     * @param part that was asked for by its number
     */
    record ObjectRead(
            ObjectInfo info,
            Optional<ByteRange> range,
            Source<ByteString, NotUsed> bytes,
            Optional<ByteString> atHand,
            Optional<ObjectPart> part) {

        public ObjectRead(
                ObjectInfo info,
                Optional<ByteRange> range,
                Source<ByteString, NotUsed> bytes,
                Optional<ByteString> atHand) {
            this(info, range, bytes, atHand, Optional.empty());
        }

        public ObjectRead of(Optional<ObjectPart> asked) {
            return new ObjectRead(info, range, bytes, atHand, asked);
        }

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

    /**
     * @param prefix UTF-8, may be empty
     * @param delimiter UTF-8, may be empty
     * @param keyMarker key or common prefix to go on behind; empty: from the start
     * @param versionMarker of the marker's key, to go on behind; empty: behind all of them
     * @param limit at least 0
     */
    record VersionsRequest(
            BucketName bucket,
            byte[] prefix,
            byte[] delimiter,
            byte[] keyMarker,
            Optional<VersionId> versionMarker,
            int limit) {}

    /**
     * Versions and delete markers in the order of their keys, the newest first.
     *
     * @param next where the next page goes on; empty on the last page
     */
    record VersionListing(List<ObjectInfo> versions, List<byte[]> commonPrefixes, Optional<NextVersion> next) {}

    /** @param versionMarker empty behind a common prefix */
    record NextVersion(byte[] keyMarker, Optional<VersionId> versionMarker) {}
}
