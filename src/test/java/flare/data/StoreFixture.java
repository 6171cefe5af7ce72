package flare.data;

import flare.config.DataSettings;
import flare.config.Settings;
import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.data.StoreIdentity.Expected;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Streams run to their end, and stores opened, for the tests of the chunk store. */
final class StoreFixture implements AutoCloseable {

    static final UUID CLUSTER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    final ActorSystem system = ActorSystem.create("store");

    private static final Map<String, DataSettings> SETTINGS = new ConcurrentHashMap<>();

    static DataSettings settings(String overrides) {
        return SETTINGS.computeIfAbsent(overrides, StoreFixture::read);
    }

    private static DataSettings read(String overrides) {
        return Settings.load("flare.data { reserve = 0.0, io-threads = 4 }\n" + overrides)
                .data();
    }

    static ReadFaults anyNumberOfReadFaults() {
        return new ReadFaults(Integer.MAX_VALUE, Duration.ofMinutes(1), System::nanoTime);
    }

    /** A store that is in the cluster. */
    static FileChunkStore open(Disk disk, Path root) {
        return open(disk, root, "");
    }

    static FileChunkStore open(Disk disk, Path root, String overrides) {
        FileChunkStore store =
                FileChunkStore.open(disk, root, Expected.ANYTHING, settings(overrides), Clock.systemUTC());
        store.adoptCluster(CLUSTER);
        return store;
    }

    static ChunkId chunk(long counter) {
        return new ChunkId(new BlobId(7, counter), (int) (counter % 3));
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    CopyReceipt put(ChunkStore store, ChunkId chunk, byte[] bytes) {
        return put(store, chunk, bytes, WriteOrder.upload(bytes.length));
    }

    CopyReceipt put(ChunkStore store, ChunkId chunk, byte[] bytes, WriteOrder order) {
        return await(source(bytes, 70_001).runWith(store.write(chunk, order), system));
    }

    static Source<ByteString, ?> source(byte[] bytes, int pieceBytes) {
        List<ByteString> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            pieces.add(ByteString.fromArray(bytes, from, Math.min(pieceBytes, bytes.length - from)));
        }
        return Source.from(pieces);
    }

    byte[] get(ChunkStore store, ChunkId chunk) {
        return get(store, chunk, 0, Integer.MAX_VALUE);
    }

    byte[] get(ChunkStore store, ChunkId chunk, int firstBlock, int blocks) {
        return drain(await(store.read(chunk, firstBlock, blocks)));
    }

    byte[] drain(CopyContent content) {
        return await(content.bytes().runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system))
                .toArray();
    }

    /** The stage's value; what it failed with is thrown as it is. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        system.terminate();
    }
}
