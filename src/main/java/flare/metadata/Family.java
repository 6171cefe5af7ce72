package flare.metadata;

import java.nio.charset.StandardCharsets;

/**
 * The column families. Split by size and rate of change, so that listing reads small rows only and moving a copy
 * rewrites one small row. Keys are in {@link Keys}.
 */
enum Family {
    /** Position, cluster, counters, ended sessions, background workers. */
    META("meta", false),
    BUCKET("bucket", false),
    BUCKET_NAME("bucket-name", false),
    /** The newest version of each key, where that is no delete marker. The others are in VERSION: listing never meets them. */
    OBJECT("object", true),
    /** By version: inline bytes or slices. */
    EXTENTS("extents", false),
    BLOB("blob", false),
    CHUNK("chunk", false),
    PENDING("pending", true),
    FREED("freed", true),
    DEAD("dead", true),
    REPAIR("repair", true),
    NODE("node", false),
    NODE_UUID("node-uuid", false),
    USAGE("usage", false),
    SESSION("session", false),
    RESULT("result", true),
    ABANDONED("abandoned", true),
    /** Open multipart uploads, by bucket and key. */
    UPLOAD("upload", true),
    /** By upload: where its row is while it is open, and for a while how it ended. */
    UPLOAD_ID("upload-id", true),
    /** By upload and number. */
    PART("part", true),
    /** Versions that are not their key's newest, and all delete markers; of a key the newest first. */
    VERSION("version", true),
    /** By key: which of the rows in VERSION is the null version, if one is. */
    NULL_VERSION("null-version", true),
    /** By bucket and kind: a document of its configuration. Apart, since the bucket's row changes with every object. */
    DOCUMENT("document", false),
    /** Users with keys and policies, by canonical id. */
    USER("user", false),
    USER_NAME("user-name", false),
    /** By access key: whose it is. */
    ACCESS_KEY("access-key", false);

    private final String id;
    private final boolean queue;

    Family(String id, boolean queue) {
        this.id = id;
        this.queue = queue;
    }

    byte[] idBytes() {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    String id() {
        return id;
    }

    /** Whether clients list it, and so must not wait for a scan over what deletes leave behind, wherever they begin. */
    boolean isListed() {
        return this == OBJECT || this == VERSION || this == UPLOAD;
    }

    /** Whether it is scanned from an end where rows go away, and so over what deletes leave behind. */
    boolean isQueue() {
        return queue;
    }
}
