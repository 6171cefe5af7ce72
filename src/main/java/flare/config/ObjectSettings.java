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
        ByteSize minPartSize,
        ByteSize maxCopySize,
        ByteSize maxUserMetadata,
        int maxUploads,
        int maxDownloads,
        int uploadChunksInFlight,
        int readAhead,
        ByteSize copyLagLimit,
        Duration copyLagTime,
        Duration commitTimeout,
        Duration readStallTimeout,
        Duration readHedgeAfter,
        int readHedgePercent) {

    public static final ByteSize MIN_CHUNK = new ByteSize(64 * 1024);
    public static final ByteSize MAX_CHUNK = ByteSize.mebibytes(64);
    public static final ByteSize MAX_INLINE = new ByteSize(64 * 1024);

    /** Of memory for each download, by measurement; {@code max-downloads = 0} gives half of the heap to downloads. */
    private static final long DOWNLOAD_BYTES = 1024 * 1024;

    private static final long LEAST_DOWNLOADS = 64;

    public enum Etag {
        MD5,
        FAST
    }

    public ObjectSettings {
        if (chunkSize.bytes() < MIN_CHUNK.bytes()
                || chunkSize.bytes() > MAX_CHUNK.bytes()
                || chunkSize.bytes() % MIN_CHUNK.bytes() != 0) {
            throw new NotAllowedException("chunk-size", chunkSize, "a multiple of 64KiB up to 64MiB is");
        }
        Allowed.atLeast("copies", copies, 1);
        if (writeQuorum < 0 || writeQuorum > copies) {
            throw new NotAllowedException(
                    "write-quorum", writeQuorum, "0 (a majority) up to copies = " + copies + " is");
        }
        Allowed.atMost("inline-limit", inlineLimit, MAX_INLINE, "64KiB");
        Allowed.positive("min-part-size", minPartSize);
        Allowed.positive("max-copy-size", maxCopySize);
        Allowed.atLeast("max-uploads", maxUploads, 1);
        Allowed.atLeast("max-downloads", maxDownloads, 0);
        Allowed.atLeast("upload-chunks-in-flight", uploadChunksInFlight, 1);
        Allowed.atLeast("read-ahead", readAhead, 0);
        Allowed.positive("copy-lag-limit", copyLagLimit);
        Allowed.positive("copy-lag-time", copyLagTime);
        Allowed.positive("commit-timeout", commitTimeout);
        Allowed.positive("read-stall-timeout", readStallTimeout);
        Allowed.positive("read-hedge-after", readHedgeAfter);
        if (readHedgePercent < 0 || readHedgePercent > 100) {
            throw new NotAllowedException("read-hedge-percent", readHedgePercent, "0 (never) up to 100 is");
        }
    }

    /** Those that may be under way at once: {@code max-downloads}, or what the heap has room for. */
    public int downloadsAtOnce() {
        long room = Runtime.getRuntime().maxMemory() / 2 / DOWNLOAD_BYTES;
        return maxDownloads > 0 ? maxDownloads : (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_DOWNLOADS, room));
    }
}
