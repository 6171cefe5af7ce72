package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/** The write path and the read path. */
public record ObjectSettings(
        ByteSize chunkSize,
        int copies,
        int writeQuorum,
        ByteSize inlineLimit,
        Etag etag,
        ByteSize maxObjectSize,
        ByteSize maxUserMetadata,
        int maxUploads,
        int uploadChunksInFlight,
        int readAhead,
        ByteSize copyLagLimit,
        Duration copyLagTime,
        Duration commitTimeout,
        Duration readStallTimeout) {

    public static final ByteSize MIN_CHUNK = new ByteSize(64 * 1024);
    public static final ByteSize MAX_CHUNK = ByteSize.mebibytes(64);
    public static final ByteSize MAX_INLINE = new ByteSize(64 * 1024);

    public enum Etag {
        MD5,
        FAST
    }

    public ObjectSettings {
        if (chunkSize.bytes() < MIN_CHUNK.bytes()
                || chunkSize.bytes() > MAX_CHUNK.bytes()
                || chunkSize.bytes() % MIN_CHUNK.bytes() != 0) {
            throw new IllegalArgumentException(
                    "chunk-size = " + chunkSize + " is not allowed: a multiple of 64KiB up to 64MiB is");
        }
        if (copies < 1) {
            throw new IllegalArgumentException("copies = " + copies + " is not allowed: 1 or more is");
        }
        if (writeQuorum < 0 || writeQuorum > copies) {
            throw new IllegalArgumentException("write-quorum = " + writeQuorum
                    + " is not allowed: 0 (a majority) up to copies = " + copies + " is");
        }
        if (inlineLimit.bytes() > MAX_INLINE.bytes()) {
            throw new IllegalArgumentException("inline-limit = " + inlineLimit + " is not allowed: up to 64KiB is");
        }
        if (maxUploads < 1 || uploadChunksInFlight < 1 || readAhead < 0) {
            throw new IllegalArgumentException("max-uploads and upload-chunks-in-flight of 1 or more are allowed, "
                    + "read-ahead of 0 or more; they are " + maxUploads + ", " + uploadChunksInFlight + ", "
                    + readAhead);
        }
    }
}
