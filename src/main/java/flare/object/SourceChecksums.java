package flare.object;

import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.object.ObjectService.CopySource;
import flare.object.ObjectService.ObjectRead;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.Materializer;

/** Checksums of bytes that are about to be shared: known from their source, or else found by reading them. */
final class SourceChecksums {

    private final ReadPath reads;
    private final Materializer materializer;

    SourceChecksums(ReadPath reads, Materializer materializer) {
        this.reads = reads;
        this.materializer = materializer;
    }

    /**
     * Fails with CONFLICT if the source is another version by then.
     *
     * @param range empty: all of it
     */
    CompletionStage<Checksum> of(
            CopySource source, ObjectInfo seen, Optional<ByteRange> range, ChecksumAlgorithm algorithm) {
        boolean whole = range.isEmpty() || range.get().length() == seen.size();
        Optional<Checksum> known = seen.extras()
                .checksum()
                .filter(kept -> kept.algorithm() == algorithm && kept.type() == Checksum.Type.FULL_OBJECT);
        if (whole && known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        return reads.get(source, opened -> {
                    if (opened.info().version() != seen.version()) {
                        throw new FlareException(
                                Fault.CONFLICT,
                                "key " + source.key() + " is version "
                                        + opened.info().version() + " now, not " + seen.version() + " as it was seen");
                    }
                    return range;
                })
                .thenCompose(read -> computed(read, algorithm));
    }

    private CompletionStage<Checksum> computed(ObjectRead read, ChecksumAlgorithm algorithm) {
        ChecksumAlgorithm.Running running = algorithm.start();
        return read.bytes()
                .runForeach(
                        bytes -> bytes.getByteBuffers().forEach((ByteBuffer buffer) -> running.update(buffer)),
                        materializer)
                .thenApply(done -> new Checksum(
                        algorithm, Base64.getEncoder().encodeToString(running.finish()), Checksum.Type.FULL_OBJECT));
    }
}
