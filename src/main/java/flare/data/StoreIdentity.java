package flare.data;

import static java.nio.charset.StandardCharsets.US_ASCII;

import flare.data.DataNodeException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose directory it is: the identity file, version 1, a text whose last line is the CRC32C of the lines before.
 *
 * @param cluster empty until the first authenticated request
 * @param incarnation raised at each start
 */
record StoreIdentity(UUID node, Optional<UUID> cluster, long incarnation) {

    private static final String NO_CLUSTER = "none";
    private static final int MAX_BYTES = 4096;
    private static final Pattern FORMAT = Pattern.compile("""
            flare data node 1
            node ([0-9a-f-]{36})
            cluster ([0-9a-f-]{36}|none)
            incarnation ([0-9]{1,18})
            """);
    private static final Pattern CHECKSUM = Pattern.compile("crc32c ([0-9a-f]{8})\n");
    private static final int CHECKSUM_LINE = "crc32c 00000000\n".length();

    StoreIdentity nextIncarnation() {
        return new StoreIdentity(node, cluster, incarnation + 1);
    }

    StoreIdentity in(UUID newCluster) {
        return new StoreIdentity(node, Optional.of(newCluster), incarnation);
    }

    /** Replaces the file by this, durably. */
    void write(LatchedDisk disk, StoreLayout layout) throws IOException {
        Path temporary = layout.temporary().resolve("identity");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        ByteBuffer bytes = ByteBuffer.wrap(encode().getBytes(US_ASCII));
        try (Disk.DiskFile file = disk.create(temporary)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.sync();
        }
        disk.rename(temporary, layout.identity());
        disk.syncDirectory(layout.root());
    }

    /** Throws a refusal if the file is not whole. */
    static StoreIdentity read(Disk disk, StoreLayout layout) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (Disk.DiskFile file = disk.open(layout.identity())) {
            while (file.read(bytes, bytes.position()) > 0) {
                // a short read is followed by another, until the end or the bound
            }
        }
        return parse(new String(bytes.array(), 0, bytes.position(), US_ASCII))
                .orElseThrow(() -> new DataNodeException(
                        Kind.REFUSED, layout.identity() + " is damaged: whose data this is can't be told"));
    }

    String encode() {
        String lines = "flare data node 1\nnode " + node + "\ncluster "
                + cluster.map(UUID::toString).orElse(NO_CLUSTER) + "\nincarnation " + incarnation + "\n";
        return lines + String.format("crc32c %08x\n", crc(lines));
    }

    static Optional<StoreIdentity> parse(String text) {
        if (text.length() < CHECKSUM_LINE) {
            return Optional.empty();
        }
        String lines = text.substring(0, text.length() - CHECKSUM_LINE);
        Matcher checksum = CHECKSUM.matcher(text.substring(lines.length()));
        Matcher fields = FORMAT.matcher(lines);
        if (!checksum.matches() || !fields.matches() || Integer.parseUnsignedInt(checksum.group(1), 16) != crc(lines)) {
            return Optional.empty();
        }
        String cluster = fields.group(2);
        return Optional.of(new StoreIdentity(
                UUID.fromString(fields.group(1)),
                cluster.equals(NO_CLUSTER) ? Optional.empty() : Optional.of(UUID.fromString(cluster)),
                Long.parseLong(fields.group(3))));
    }

    private static int crc(String lines) {
        return ChunkFile.crc32c(ByteBuffer.wrap(lines.getBytes(US_ASCII)));
    }

    /** What the opener of a directory knows of it beforehand. */
    record Expected(Optional<UUID> node, Optional<UUID> cluster) {

        static final Expected ANYTHING = new Expected(Optional.empty(), Optional.empty());

        void check(StoreIdentity found, Path directory) {
            node.filter(id -> !id.equals(found.node)).ifPresent(id -> {
                throw new DataNodeException(
                        Kind.REFUSED, directory + " belongs to data node " + found.node + ", not to " + id);
            });
            cluster.filter(id ->
                            found.cluster.isPresent() && !found.cluster.get().equals(id))
                    .ifPresent(id -> {
                        throw new DataNodeException(
                                Kind.REFUSED,
                                directory + " belongs to cluster " + found.cluster.orElseThrow() + ", not to " + id);
                    });
        }
    }
}
