package flare.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.ByteRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BlockVerifierTest {

    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("verifier");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private record Run(byte[] released, boolean failed) {}

    /** Sends the blocks that the range touches of {@code sent}, checked against the table of {@code recorded}. */
    private static Run verify(byte[] recorded, byte[] sent, ByteRange wanted, List<Integer> cuts) throws Exception {
        BlockVerifier verifier = BlockVerifier.of(
                BlockCrcsTest.table(recorded),
                recorded.length,
                BlockCrcsTest.crc(recorded, 0, recorded.length),
                wanted);
        int from = BlockVerifier.firstBlock(wanted) * BlockCrcs.BLOCK_BYTES;
        int until = (int) Math.min(
                sent.length,
                (long) (BlockVerifier.firstBlock(wanted) + BlockVerifier.blockCount(wanted)) * BlockCrcs.BLOCK_BYTES);
        List<ByteString> pieces = new ArrayList<>();
        int at = from;
        for (int i = 0; at < until; i++) {
            int end = Math.min(until, at + cuts.get(i % cuts.size()));
            pieces.add(ByteString.fromArray(sent, at, end - at));
            at = end;
        }
        List<ByteString> released = new ArrayList<>();
        boolean failed = false;
        try {
            Source.from(pieces)
                    .via(verifier)
                    .runWith(Sink.foreach(released::add), system)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(CorruptBlockException.class);
            failed = true;
        }
        byte[] all = released.stream()
                .reduce(ByteString.emptyByteString(), ByteString::concat)
                .toArray();
        return new Run(all, failed);
    }

    private static byte[] slice(byte[] bytes, ByteRange range) {
        return Arrays.copyOfRange(bytes, (int) range.offset(), (int) range.end());
    }

    @Test
    void givesAnyRangeOutOfAnyCut() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] chunk = BlockCrcsTest.randomBytes(random, 1 + random.nextInt(400_000));
            int from = random.nextInt(chunk.length);
            ByteRange wanted = new ByteRange(from, 1 + random.nextInt(chunk.length - from));
            List<Integer> cuts = List.of(1 + random.nextInt(200_000), 1_000 + random.nextInt(100_000), 65_536);
            Run run = verify(chunk, chunk, wanted, cuts);
            assertThat(run.failed()).as("seed %s round %s", seed, i).isFalse();
            assertThat(run.released()).as("seed %s round %s", seed, i).isEqualTo(slice(chunk, wanted));
        }
    }

    @Test
    void releasesNoByteOfAWrongBlock() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] chunk = BlockCrcsTest.randomBytes(random, 1 + random.nextInt(400_000));
            int from = random.nextInt(chunk.length);
            ByteRange wanted = new ByteRange(from, 1 + random.nextInt(chunk.length - from));
            int firstByte = BlockVerifier.firstBlock(wanted) * BlockCrcs.BLOCK_BYTES;
            int lastByte = Math.min(chunk.length, BlockCrcs.blocks(wanted.end()) * BlockCrcs.BLOCK_BYTES);
            int flipped = firstByte + random.nextInt(lastByte - firstByte);
            byte[] sent = chunk.clone();
            sent[flipped] ^= (byte) (1 << random.nextInt(8));
            Run run = verify(chunk, sent, wanted, List.of(1 + random.nextInt(200_000)));
            assertThat(run.failed()).as("seed %s round %s", seed, i).isTrue();
            assertThat(run.released().length)
                    .as("seed %s round %s", seed, i)
                    .isLessThanOrEqualTo(Math.max(0, flipped / BlockCrcs.BLOCK_BYTES * BlockCrcs.BLOCK_BYTES - from));
            assertThat(run.released()).isEqualTo(Arrays.copyOfRange(chunk, from, from + run.released().length));
        }
    }

    @Test
    void aCopyThatEndsEarlyFails() throws Exception {
        byte[] chunk = BlockCrcsTest.randomBytes(new Random(3), 200_000);
        for (int end : new int[] {1, 65_536, 131_072, 199_999}) {
            Run run = verify(chunk, Arrays.copyOf(chunk, end), new ByteRange(0, 200_000), List.of(50_000));
            assertThat(run.failed()).as("ends at %s", end).isTrue();
        }
    }

    @Test
    void refusesATableThatIsNotTheRecordsBeforeAnyByte() {
        byte[] chunk = BlockCrcsTest.randomBytes(new Random(4), 200_000);
        int crc = BlockCrcsTest.crc(chunk, 0, chunk.length);
        BlockCrcs table = BlockCrcsTest.table(chunk);
        ByteRange wanted = new ByteRange(0, 10);
        assertThatThrownBy(() -> BlockVerifier.of(table, 200_000, crc + 1, wanted))
                .isInstanceOf(CorruptBlockException.class);
        assertThatThrownBy(() -> BlockVerifier.of(table, 200_001, crc, wanted))
                .isInstanceOf(CorruptBlockException.class);
        assertThatThrownBy(() -> BlockVerifier.of(table, 100, crc, wanted)).isInstanceOf(CorruptBlockException.class);
        assertThatThrownBy(() -> BlockVerifier.of(table, 200_000, crc, new ByteRange(199_999, 2)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
