package flare.metadata;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.NodeId;
import flare.model.ObjectKey;
import flare.model.UploadId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Row keys. Numbers are big-endian and never negative, so that byte order is the order of the values; object keys follow
 * their bucket's id as they are.
 */
final class Keys {

    static final byte[] POSITION = name("position");
    static final byte[] CLUSTER = name("cluster");
    static final byte[] COUNTERS = name("counters");
    /** What keys of rows of {@link EndedSessions} begin with. */
    static final byte[] ENDED = name("ended/");

    private static final String WORKER = "worker/";
    /** Below every key. */
    static final byte[] FIRST = {};
    /** Above every key: none begins with this byte. */
    static final byte[] LAST = {(byte) 0xff};

    private static final int BLOB_BYTES = 16;
    private static final int CHUNK_BYTES = 20;
    private static final int VERSION_TAIL = 9;

    private Keys() {}

    static byte[] name(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static byte[] ended(long session) {
        return ByteBuffer.allocate(ENDED.length + 8).put(ENDED).putLong(session).array();
    }

    static byte[] worker(String name) {
        return name(WORKER + name);
    }

    static byte[] bucket(BucketId bucket) {
        return number(bucket.value());
    }

    static byte[] object(BucketId bucket, ObjectKey key) {
        return object(bucket, key.bytes());
    }

    /** A key or the beginning of one. */
    static byte[] object(BucketId bucket, byte[] key) {
        return ByteBuffer.allocate(8 + key.length)
                .putLong(bucket.value())
                .put(key)
                .array();
    }

    /**
     * A version behind its key: the key's end is marked by a NUL, which no key has, so that rows are in the order of keys;
     * then the number's complement, so that the newest comes first.
     */
    static byte[] version(BucketId bucket, byte[] key, long version) {
        return ByteBuffer.allocate(8 + key.length + VERSION_TAIL)
                .putLong(bucket.value())
                .put(key)
                .put((byte) 0)
                .putLong(~version)
                .array();
    }

    /** What all versions of the key begin with. */
    static byte[] versions(BucketId bucket, byte[] key) {
        return ByteBuffer.allocate(8 + key.length + 1)
                .putLong(bucket.value())
                .put(key)
                .put((byte) 0)
                .array();
    }

    static byte[] keyOfVersion(byte[] row) {
        return Arrays.copyOfRange(row, 8, row.length - VERSION_TAIL);
    }

    static long numberOfVersion(byte[] row) {
        return ~ByteBuffer.wrap(row, row.length - 8, 8).getLong();
    }

    /** As a version's, but of a key the oldest comes first. */
    static byte[] upload(BucketId bucket, ObjectKey key, UploadId upload) {
        return version(bucket, key.bytes(), ~upload.number());
    }

    static long numberOfUpload(byte[] row) {
        return ~numberOfVersion(row);
    }

    static byte[] part(UploadId upload, int number) {
        return ByteBuffer.allocate(12).putLong(upload.number()).putInt(number).array();
    }

    static byte[] document(BucketId bucket, String kind) {
        byte[] name = name(kind);
        return ByteBuffer.allocate(8 + name.length)
                .putLong(bucket.value())
                .put(name)
                .array();
    }

    static byte[] keyOfObject(byte[] row) {
        return Arrays.copyOfRange(row, 8, row.length);
    }

    static byte[] blob(BlobId blob) {
        return put(ByteBuffer.allocate(BLOB_BYTES), blob).array();
    }

    static BlobId blobOf(byte[] row) {
        return blob(ByteBuffer.wrap(row));
    }

    static byte[] chunk(BlobId blob, int ordinal) {
        return put(ByteBuffer.allocate(CHUNK_BYTES), blob).putInt(ordinal).array();
    }

    static byte[] chunk(ChunkId chunk) {
        return chunk(chunk.blob(), chunk.ordinal());
    }

    static ChunkId chunkOf(byte[] row) {
        return chunk(ByteBuffer.wrap(row));
    }

    static byte[] node(NodeId node) {
        return ByteBuffer.allocate(4).putInt(node.value()).array();
    }

    static NodeId nodeOf(byte[] row) {
        return new NodeId(ByteBuffer.wrap(row).getInt());
    }

    static byte[] uuid(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    static byte[] copy(NodeId node, ChunkId chunk) {
        return put(ByteBuffer.allocate(4 + CHUNK_BYTES).putInt(node.value()), chunk.blob())
                .putInt(chunk.ordinal())
                .array();
    }

    static ChunkId chunkOfCopy(byte[] row) {
        return chunk(ByteBuffer.wrap(row, 4, CHUNK_BYTES));
    }

    static byte[] repair(int copies, ChunkId chunk) {
        return put(ByteBuffer.allocate(4 + CHUNK_BYTES).putInt(copies), chunk.blob())
                .putInt(chunk.ordinal())
                .array();
    }

    static byte[] result(long session, long sequence) {
        return ByteBuffer.allocate(16).putLong(session).putLong(sequence).array();
    }

    /** The first key that does not begin with {@code prefix}; empty bytes have none but {@link #LAST}. */
    static byte[] behind(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                byte[] next = Arrays.copyOf(prefix, last + 1);
                next[last]++;
                return next;
            }
        }
        return LAST;
    }

    /** The first key after {@code key}. */
    static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    private static ByteBuffer put(ByteBuffer to, BlobId blob) {
        return to.putLong(blob.session()).putLong(blob.counter());
    }

    private static BlobId blob(ByteBuffer from) {
        long session = from.getLong();
        return new BlobId(session, from.getLong());
    }

    private static ChunkId chunk(ByteBuffer from) {
        BlobId blob = blob(from);
        return new ChunkId(blob, from.getInt());
    }
}
