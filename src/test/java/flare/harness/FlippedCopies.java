package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Copies in which one bit was flipped, while each chunk kept a good one; and which of them were found and made anew, as the
 * disks tell and not the store.
 */
final class FlippedCopies {

    private record Flipped(byte[] sound, byte[] bad) {}

    private final Map<Path, Flipped> copies = new TreeMap<>();

    /** @param chunks of each the files that are its copies */
    static FlippedCopies in(Collection<List<Path>> chunks, SplittableRandom random) throws IOException {
        FlippedCopies flipped = new FlippedCopies();
        for (List<Path> chunk : chunks) {
            int bad = 1 + random.nextInt(chunk.size() - 1);
            int first = random.nextInt(chunk.size());
            for (int i = first; i < first + bad; i++) {
                Path copy = chunk.get(i % chunk.size());
                byte[] sound = Files.readAllBytes(copy);
                flipABit(copy, random);
                flipped.copies.put(copy, new Flipped(sound, Files.readAllBytes(copy)));
            }
        }
        return flipped;
    }

    static void flipABit(Path file, SplittableRandom random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        Files.write(file, bytes);
    }

    int size() {
        return copies.size();
    }

    long chunks() {
        return copies.keySet().stream().map(Path::getFileName).distinct().count();
    }

    /**
     * The copies in whose place a good one stands, and how long after they were set aside it did. Whatever is set aside below
     * the directory must be one of them, byte for byte, and once.
     */
    Map<Path, Duration> madeAnew(Path directory) throws IOException {
        Map<Path, Duration> madeAnew = new TreeMap<>();
        for (Map.Entry<Path, Path> aside : DiskCensus.setAside(directory).entrySet()) {
            Path file = aside.getValue();
            Flipped flipped = copies.get(file);
            if (flipped == null) {
                throw new AssertionError(file + " was sound and is set aside");
            }
            assertThat(Files.readAllBytes(aside.getKey()))
                    .as("%s", aside.getKey())
                    .isEqualTo(flipped.bad);
            if (DiskCensus.isCopyOf(file, flipped.sound) && !Arrays.equals(Files.readAllBytes(file), flipped.bad)) {
                Duration took = Duration.between(
                        changed(aside.getKey()).toInstant(), changed(file).toInstant());
                assertThat(madeAnew.put(file, took)).as("%s", file).isNull();
            }
        }
        return madeAnew;
    }

    /** When it got its name. */
    private static FileTime changed(Path file) throws IOException {
        return (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    }
}
