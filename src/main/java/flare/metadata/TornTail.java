package flare.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of Ratis' open segment as a crash can leave it: an entry whose first bytes reached the disk and whose last did
 * not. Ratis forgets it where the file ends there, but takes it for damage where allocated zeros follow, and refuses to
 * start. Nobody was answered for such an entry, since answers follow its fsync, so it is cleared.
 *
 * <p>It is told from damage, which stops the start, by what stands in the place of its checksum and everywhere behind it:
 * nothing but zeros. All entries before it must be right.
 *
 * <pre>
 * "RaftLog1"  (length:varint  entry  crc32c of both:4)*  zeros
 * </pre>
 */
final class TornTail {

    private static final Logger log = LoggerFactory.getLogger(TornTail.class);
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final String OPEN_SEGMENT = "log_inprogress_";
    private static final int NONE = -1;

    private final ByteBuffer bytes;

    private TornTail(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    /** @param current Ratis' directory of the group's log; may not be there yet */
    static void clear(Path current) throws IOException {
        if (!Files.isDirectory(current)) {
            return;
        }
        List<Path> open;
        try (Stream<Path> files = Files.list(current)) {
            open = files.filter(file -> file.getFileName().toString().startsWith(OPEN_SEGMENT))
                    .toList();
        }
        for (Path segment : open) {
            clearSegment(segment);
        }
    }

    private static void clearSegment(Path segment) throws IOException {
        TornTail tail = new TornTail(Files.readAllBytes(segment));
        int start = tail.start();
        if (start == NONE) {
            return;
        }
        int length = tail.bytes.limit() - start;
        log.warn("{}: the last entry was torn by a crash and is cleared, {} bytes from {}", segment, length, start);
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(length);
            while (zeros.hasRemaining()) {
                file.write(zeros, start + (long) zeros.position());
            }
            file.force(true);
        }
    }

    /** Where the torn entry begins, if the file ends in one. */
    private int start() {
        int at = HEADER.length;
        if (bytes.limit() < at || !bytes.slice(0, at).equals(ByteBuffer.wrap(HEADER))) {
            return NONE;
        }
        while (at < bytes.limit() && bytes.get(at) != 0) {
            long end = end(at);
            if (end + Integer.BYTES > bytes.limit()) {
                return NONE;
            }
            if (bytes.getInt((int) end) != crc(at, (int) end)) {
                return isZero((int) end) ? at : NONE;
            }
            at = (int) end + Integer.BYTES;
        }
        return NONE;
    }

    /** Where the entry's checksum should be; past the file for a length that is none. */
    private long end(int at) {
        long length = 0;
        for (int digit = 0; digit < 5 && at + digit < bytes.limit(); digit++) {
            byte seven = bytes.get(at + digit);
            length |= (long) (seven & 0x7f) << (7 * digit);
            if (seven >= 0) {
                return at + digit + 1 + length;
            }
        }
        return Integer.MAX_VALUE;
    }

    private int crc(int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    private boolean isZero(int from) {
        for (int at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }
}
