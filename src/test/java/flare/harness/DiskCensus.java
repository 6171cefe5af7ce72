package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Counts what really lies on the disks of data nodes, by looking into every file, not by asking them. */
final class DiskCensus {

    private static final byte[] CHUNK_MAGIC = "FLARECHK".getBytes(StandardCharsets.US_ASCII);
    /** In the trash, the time it came is before it. */
    private static final Pattern CHUNK_NAME = Pattern.compile("[0-9a-f]{32}-[0-9a-f]{8}");

    private static final String SET_ASIDE = ".corrupt";
    private static final Set<String> LEFTOVERS = Set.of("temporary", "trash");
    private static final int HEADER_BYTES = 64;
    private static final int FOOTER_BYTES = 32;

    private DiskCensus() {}

    /** Every file that begins as a chunk file does, wherever it lies and whatever its name, but for those set aside. */
    static List<Path> chunkFiles(Path directory) throws IOException {
        return files(directory).stream()
                .filter(file -> !file.toString().contains(SET_ASIDE))
                .filter(DiskCensus::beginsAsAChunk)
                .sorted()
                .toList();
    }

    /** Of which chunks there are such files, as they are named where they are in use. */
    static Set<String> chunkNames(Path directory) throws IOException {
        Set<String> names = new HashSet<>();
        for (Path file : chunkFiles(directory)) {
            Matcher name = CHUNK_NAME.matcher(file.getFileName().toString());
            if (name.find()) {
                names.add(name.group());
            }
        }
        return names;
    }

    /** The files that are copies of each chunk. */
    static Map<String, List<Path>> copiesByChunk(Path directory) throws IOException {
        Map<String, List<Path>> copies = new TreeMap<>();
        for (Path file : chunkFiles(directory)) {
            copies.computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                    .add(file);
        }
        return copies;
    }

    /** The files that were set aside as corrupt, and of each the place it was taken from. */
    static Map<Path, Path> setAside(Path directory) throws IOException {
        Map<Path, Path> aside = new TreeMap<>();
        for (Path file : files(directory)) {
            String name = file.getFileName().toString();
            if (name.endsWith(SET_ASIDE)) {
                aside.put(file, file.resolveSibling(name.substring(0, name.indexOf('.'))));
            }
        }
        return aside;
    }

    /** One made anew has another generation in its header; chunk and checksum table are what they were. */
    static boolean isCopyOf(Path file, byte[] sound) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        byte[] now = Files.readAllBytes(file);
        int end = sound.length - FOOTER_BYTES;
        return now.length == sound.length && Arrays.equals(now, HEADER_BYTES, end, sound, HEADER_BYTES, end);
    }

    /**
     * Not as the metadata says: as the disks have it, each chunk that is on one of these nodes is on so many.
     *
     * @return how many chunks there are
     */
    static int assertCopies(Collection<ServerProcess> nodes, int copies) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        for (ServerProcess node : nodes) {
            copiesByChunk(node.directory()).forEach((chunk, files) -> found.merge(chunk, files.size(), Integer::sum));
        }
        assertThat(found.entrySet().stream()
                        .filter(chunk -> chunk.getValue() != copies)
                        .toList())
                .as("chunks that have more or fewer copies")
                .isEmpty();
        return found.size();
    }

    /** What goes while it looks, such as an old snapshot of the metadata, is not there. */
    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path left, @Nullable IOException failure) throws IOException {
                return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(left, failure);
            }
        });
        return files;
    }

    /** As {@link #assertExact(ServerProcess, Path)} where the process keeps everything in its own directory. */
    static void assertExact(ServerProcess server) throws IOException {
        assertExact(server, server.directory());
    }

    /**
     * The disks below the directory hold as many copies as the metadata records, and not one more, nor anything half
     * written or half deleted.
     */
    static void assertExact(ServerProcess api, Path directory) throws IOException {
        assertExact(Admin.status(api), directory);
    }

    /** @param status what an API node says */
    static void assertExact(JsonNode status, Path directory) throws IOException {
        long recorded = 0;
        for (JsonNode node : status.path("nodes")) {
            recorded += node.path("copies").asLong();
        }
        assertThat(files(directory).stream()
                        .filter(file -> LEFTOVERS.contains(String.valueOf(file.getName(file.getNameCount() - 2)))))
                .isEmpty();
        List<Path> found = chunkFiles(directory);
        assertThat(recorded).as("copies recorded").isPositive();
        assertThat(found).as("chunk files on disk; status %s", status).hasSize(Math.toIntExact(recorded));
    }

    private static boolean beginsAsAChunk(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(CHUNK_MAGIC.length), CHUNK_MAGIC);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
