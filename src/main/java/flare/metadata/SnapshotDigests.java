package flare.metadata;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/** The list of a snapshot's files with their sizes and digests: MD5, since Ratis checks a transfer with that. */
final class SnapshotDigests {

    static final String FILE = "digests";
    private static final String FORMAT = "flare-snapshot 1\n";

    private record Entry(MD5Hash md5, long size) {}

    /** @param files those that the snapshot before did not have */
    record Written(SnapshotDigests digests, Set<String> files) {}

    private final Map<String, Entry> entries;

    private SnapshotDigests(Map<String, Entry> entries) {
        this.entries = entries;
    }

    Set<String> names() {
        return entries.keySet();
    }

    Map<String, MD5Hash> byName() {
        Map<String, MD5Hash> digests = new LinkedHashMap<>();
        entries.forEach((name, entry) -> digests.put(name, entry.md5));
        return digests;
    }

    /**
     * Writes the list into a checkpoint's directory. A file that is the same inode as in the snapshot before (a sorted
     * table never changes, and checkpoints link it) keeps its digest: else every snapshot would read the whole state.
     */
    static Written write(Path directory, Optional<Snapshots.Snapshot> before) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Set<String> fresh = new LinkedHashSet<>();
        for (Path file : DurableFiles.files(directory)) {
            String name = directory.relativize(file).toString();
            MD5Hash known = before.isPresent() ? knownDigest(file, name, before.get()) : null;
            MD5Hash digest = known != null ? known : MD5FileUtil.computeMd5ForFile(file.toFile());
            if (known == null) {
                fresh.add(name);
            }
            entries.put(name, new Entry(digest, Files.size(file)));
        }
        SnapshotDigests digests = new SnapshotDigests(entries);
        DurableFiles.replace(directory.resolve(FILE), digests.render().getBytes(StandardCharsets.UTF_8));
        return new Written(digests, fresh);
    }

    /** Throws {@link IOException} if the list is damaged or a file of it is missing or of another size. */
    static SnapshotDigests read(Path directory) throws IOException {
        String text = Files.readString(directory.resolve(FILE));
        Map<String, Entry> entries = new LinkedHashMap<>();
        if (text.startsWith(FORMAT)) {
            for (String line : text.substring(FORMAT.length()).lines().toList()) {
                String[] parts = line.split(" ", 3);
                if (parts.length == 3) {
                    entries.put(parts[2], new Entry(MD5Hash.newInstance(parts[0]), Long.parseLong(parts[1])));
                }
            }
        }
        SnapshotDigests digests = new SnapshotDigests(entries);
        if (!digests.render().equals(text)) {
            throw new IOException(directory.resolve(FILE) + " is damaged, or of a newer version");
        }
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            Path file = directory.resolve(entry.getKey()).normalize();
            if (!file.startsWith(directory)) {
                throw new IOException(directory.resolve(FILE) + " names a file elsewhere: " + entry.getKey());
            }
            long size = Files.size(file);
            if (size != entry.getValue().size) {
                throw new IOException(file + ": expected " + entry.getValue().size + " bytes, found " + size);
            }
        }
        return digests;
    }

    /** Reads every byte. */
    void verify(Path directory) throws IOException {
        for (String name : entries.keySet()) {
            verify(directory, name);
        }
    }

    /** Reads every byte of one file, and answers how many there are. */
    long verify(Path directory, String name) throws IOException {
        Entry entry = Objects.requireNonNull(entries.get(name));
        Path file = directory.resolve(name);
        MD5Hash found = MD5FileUtil.computeMd5ForFile(file.toFile());
        if (!found.equals(entry.md5)) {
            throw new DamagedStateException(file + ": expected digest " + entry.md5 + ", found " + found, null);
        }
        return entry.size;
    }

    private static @Nullable MD5Hash knownDigest(Path file, String name, Snapshots.Snapshot before) throws IOException {
        Entry entry = before.digests().entries.get(name);
        Path other = before.directory().resolve(name);
        if (entry == null || !Files.exists(other)) {
            return null;
        }
        Object inode = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        Object otherInode =
                Files.readAttributes(other, BasicFileAttributes.class).fileKey();
        return inode != null && Objects.equals(inode, otherInode) ? entry.md5 : null;
    }

    private String render() {
        StringBuilder body = new StringBuilder(FORMAT);
        entries.forEach((name, entry) -> body.append(entry.md5)
                .append(' ')
                .append(entry.size)
                .append(' ')
                .append(name)
                .append('\n'));
        CRC32C crc = new CRC32C();
        crc.update(body.toString().getBytes(StandardCharsets.UTF_8));
        return body.append("crc32c ")
                .append(Long.toHexString(crc.getValue()))
                .append('\n')
                .toString();
    }
}
