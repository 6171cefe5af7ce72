package flare.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class BlockCrcsTest {

    static int crc(byte[] bytes, int from, int until) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, until - from);
        return (int) crc.getValue();
    }

    static BlockCrcs table(byte[] bytes) {
        int[] crcs = new int[BlockCrcs.blocks(bytes.length)];
        for (int block = 0; block < crcs.length; block++) {
            int from = block * BlockCrcs.BLOCK_BYTES;
            crcs[block] = crc(bytes, from, Math.min(bytes.length, from + BlockCrcs.BLOCK_BYTES));
        }
        return new BlockCrcs(crcs);
    }

    static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void combinesTheChecksumsOfPartsIntoThatOfTheWhole() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = randomBytes(random, random.nextInt(5_000));
            int cut = random.nextInt(bytes.length + 1);
            assertThat(Crc32cMath.combine(crc(bytes, 0, cut), crc(bytes, cut, bytes.length), (long) bytes.length - cut))
                    .as("seed %s, cut %s of %s", seed, cut, bytes.length)
                    .isEqualTo(crc(bytes, 0, bytes.length));
        }
    }

    @Test
    void combinesLengthsPastFourGibibytes() {
        // Zero bytes fed in pieces: combining is associative, so the long way and the short way must meet.
        int million = crc(new byte[1 << 20], 0, 1 << 20);
        int gibibytes = million;
        long length = 1 << 20;
        while (length < 1L << 33) {
            gibibytes = Crc32cMath.combine(gibibytes, gibibytes, length);
            length *= 2;
        }
        int pieces = million;
        for (long done = 1 << 20; done < 1L << 33; done += 1 << 20) {
            pieces = Crc32cMath.combine(pieces, million, 1 << 20);
        }
        assertThat(gibibytes).isEqualTo(pieces);
    }

    @Test
    void foldsToTheChecksumOfTheWholeChunk() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000}) {
            byte[] bytes = randomBytes(random, length);
            assertThat(table(bytes).fold(length))
                    .as("seed %s, %s bytes", seed, length)
                    .isEqualTo(crc(bytes, 0, length));
        }
    }

    @Test
    void refusesToFoldATableOfAnotherLength() {
        BlockCrcs table = new BlockCrcs(new int[] {1, 2});
        assertThatThrownBy(() -> table.fold(65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.fold(131_073)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void survivesItsHeader() {
        BlockCrcs table = new BlockCrcs(new int[] {0, -1, Integer.MIN_VALUE, 0x01020304});
        assertThat(BlockCrcs.fromBase64(table.toBase64())).isEqualTo(table).hasSameHashCodeAs(table);
        assertThat(new BlockCrcs(new int[] {0x01020304}).toBase64()).isEqualTo("AQIDBA==");
        assertThatThrownBy(() -> BlockCrcs.fromBase64("AQID")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BlockCrcs.fromBase64("not base64!")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void runningChecksumIsThatOfTheBytesHoweverTheyLie() {
        byte[] bytes = randomBytes(new Random(7), 100_000);
        ByteString rope = ByteString.fromArray(bytes, 0, 100)
                .concat(ByteString.fromArray(bytes, 100, 60_000))
                .concat(ByteString.fromArray(bytes).drop(60_100));
        RunningCrc crc = new RunningCrc();
        crc.update(rope);
        assertThat(crc.value()).isEqualTo(crc(bytes, 0, bytes.length));
        assertThat(crc.length()).isEqualTo(bytes.length);
        crc.reset();
        crc.update(rope, 50, 61_000);
        assertThat(crc.value()).isEqualTo(crc(Arrays.copyOfRange(bytes, 50, 61_050), 0, 61_000));
    }
}
