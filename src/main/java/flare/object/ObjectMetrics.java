package flare.object;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the write path and the read path count. No label holds a key or a bucket. */
final class ObjectMetrics {

    final AtomicInteger uploads = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    /** Those of the reads that carry bytes of chunks. */
    final AtomicInteger downloads = new AtomicInteger();

    private final MeterRegistry meters;
    private final Counter uploadedBytes;
    private final Counter downloadedBytes;
    private final Timer chunkWrites;
    private final Timer commits;

    ObjectMetrics(MeterRegistry meters) {
        this.meters = meters;
        meters.gauge("flare.uploads.active", uploads);
        meters.gauge("flare.reads.active", reads);
        uploadedBytes = meters.counter("flare.upload.bytes");
        downloadedBytes = meters.counter("flare.download.bytes");
        chunkWrites = meters.timer("flare.chunk.write");
        commits = meters.timer("flare.commit");
    }

    void uploaded(long bytes) {
        uploadedBytes.increment((double) bytes);
    }

    void downloaded(long bytes) {
        downloadedBytes.increment((double) bytes);
    }

    void chunkWritten(long nanos) {
        chunkWrites.record(nanos, TimeUnit.NANOSECONDS);
    }

    void committed(long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A copy of an upload failed or was dropped. */
    void copyFailed(String reason) {
        meters.counter("flare.copy.failures", "reason", reason).increment();
    }

    /** A read went on, or began, on another copy. */
    void failedOver(String reason) {
        meters.counter("flare.read.failovers", "reason", reason).increment();
    }

    /** A second copy was asked beside one that is slow, or too many others were. */
    void hedged(String outcome) {
        meters.counter("flare.read.hedges", "outcome", outcome).increment();
    }

    /** A copy met by a read was found damaged and its location dropped, or not. */
    void damage(String outcome) {
        meters.counter("flare.damaged.copies", "outcome", outcome).increment();
    }

    /** A read was ended by the service itself. */
    void readCut(String reason) {
        meters.counter("flare.reads.cut", "reason", reason).increment();
    }
}
