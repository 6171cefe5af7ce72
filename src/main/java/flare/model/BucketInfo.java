package flare.model;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A bucket with its configuration.
 *
 * @param owner empty: nobody in particular
 * @param documents as the edge gave them, which alone understands them
 */
public record BucketInfo(
        BucketId id,
        BucketName name,
        String owner,
        Instant created,
        Versioning versioning,
        Map<DocumentKind, Document> documents) {

    public enum Versioning {
        UNVERSIONED,
        ENABLED,
        SUSPENDED
    }

    /** Documents of a bucket's configuration, each with the most bytes it may have. */
    public enum DocumentKind {
        POLICY(20 * 1024),
        TAGGING(32 * 1024),
        CORS(64 * 1024),
        OWNERSHIP_CONTROLS(1024),
        PUBLIC_ACCESS_BLOCK(1024),
        ACL(20 * 1024),
        REQUEST_PAYMENT(1024),
        /** Room for what comes later: each kind is gated by the edge, the state machine keeps bytes. */
        OTHER(64 * 1024);

        private final int maxBytes;

        DocumentKind(int maxBytes) {
            this.maxBytes = maxBytes;
        }

        public int maxBytes() {
            return maxBytes;
        }
    }

    /** Bytes compared by content. */
    public static final class Document {
        private final byte[] bytes;

        public Document(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Document document && Arrays.equals(bytes, document.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    public BucketInfo {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(created);
        Objects.requireNonNull(versioning);
        Map<DocumentKind, Document> copy = new EnumMap<>(DocumentKind.class);
        copy.putAll(documents);
        documents = java.util.Collections.unmodifiableMap(copy);
    }

    public Optional<byte[]> document(DocumentKind kind) {
        return Optional.ofNullable(documents.get(kind)).map(Document::bytes);
    }
}
