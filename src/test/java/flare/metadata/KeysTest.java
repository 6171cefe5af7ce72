package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.NodeId;
import flare.model.ObjectKey;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeysTest {

    private static final long SEED = 7;
    private final Random random = new Random(SEED);

    /** Small numbers, where sign and byte order go wrong, and large ones. */
    private long number() {
        return random.nextInt(3) == 0 ? random.nextLong() >>> 1 : random.nextInt(600);
    }

    private ChunkId chunk() {
        return new ChunkId(
                new BlobId(number(), number()), random.nextInt(3) == 0 ? random.nextInt(1 << 30) : random.nextInt(300));
    }

    @Test
    void keysOrderAsTheirValuesAndReadBack() {
        Comparator<ChunkId> byNode = Comparator.naturalOrder();
        for (int i = 0; i < 20_000; i++) {
            ChunkId a = chunk();
            ChunkId b = random.nextInt(4) == 0 ? new ChunkId(a.blob(), random.nextInt(300)) : chunk();
            assertThat(sign(Arrays.compareUnsigned(Keys.chunk(a), Keys.chunk(b))))
                    .as("seed %d: %s, %s", SEED, a, b)
                    .isEqualTo(sign(byNode.compare(a, b)));
            NodeId first = new NodeId(1 + random.nextInt(300));
            NodeId second = new NodeId(1 + random.nextInt(300));
            int expected = first.equals(second) ? a.compareTo(b) : first.compareTo(second);
            assertThat(sign(Arrays.compareUnsigned(Keys.copy(first, a), Keys.copy(second, b))))
                    .isEqualTo(sign(expected));
            assertThat(Keys.chunkOf(Keys.chunk(a))).isEqualTo(a);
            assertThat(Keys.chunkOfCopy(Keys.copy(first, a))).isEqualTo(a);
            assertThat(Keys.nodeOf(Keys.copy(first, a))).isEqualTo(first);
            assertThat(Keys.blobOf(Keys.blob(a.blob()))).isEqualTo(a.blob());
        }
    }

    @Test
    void objectKeysOrderByBucketThenByTheirBytes() {
        ObjectKey[] keys = {
            ObjectKey.of("a"),
            ObjectKey.of("a/b"),
            ObjectKey.of("a/b/c"),
            ObjectKey.of("b"),
            ObjectKey.of("ü"),
            ObjectKey.of("\uD83D\uDE00")
        };
        byte[] last = {};
        for (long bucket : new long[] {1, 255, 256}) {
            for (ObjectKey key : keys) {
                byte[] row = Keys.object(new BucketId(bucket), key);
                assertThat(Arrays.compareUnsigned(last, row)).isNegative();
                assertThat(Keys.keyOfObject(row)).isEqualTo(key.bytes());
                last = row;
            }
        }
    }

    @Test
    void behindAPrefixIsTheFirstKeyThatDoesNotBeginWithIt() {
        assertThat(Keys.behind(new byte[] {1, 2})).containsExactly(1, 3);
        assertThat(Keys.behind(new byte[] {1, (byte) 0xff})).containsExactly(2);
        assertThat(Keys.behind(new byte[] {(byte) 0xff})).isEqualTo(Keys.LAST);
        assertThat(Keys.behind(Keys.FIRST)).isEqualTo(Keys.LAST);
    }

    private static int sign(int comparison) {
        return Integer.signum(comparison);
    }
}
