package flare.object;

import flare.chunk.RunningCrc;
import flare.data.DataNode.CopyReceipt;
import java.util.ArrayDeque;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** The pieces of a chunk that some copy has yet to take, and the checksum of all it has had so far. */
final class ChunkBacklog {

    private final ArrayDeque<ByteString> pieces = new ArrayDeque<>();
    private final RunningCrc crc = new RunningCrc();
    /** Number, counted from the chunk's start, of the first piece kept. */
    private long first;

    void add(ByteString piece) {
        crc.update(piece);
        pieces.addLast(piece);
    }

    /** The number that the next piece will have. */
    long end() {
        return first + pieces.size();
    }

    /** Whether nothing was forgotten: a copy could still begin from the first byte. */
    boolean isWhole() {
        return first == 0;
    }

    /** One of those kept. Copies are at the oldest or the newest piece, but for the odd one between. */
    ByteString at(long number) {
        if (number == first) {
            return pieces.getFirst();
        }
        if (number == end() - 1) {
            return pieces.getLast();
        }
        return pieces.stream().skip(number - first).findFirst().orElseThrow();
    }

    void forgetBefore(long number) {
        while (first < number) {
            pieces.removeFirst();
            first++;
        }
    }

    /** Bytes the chunk has had. */
    long length() {
        return crc.length();
    }

    int crc32c() {
        return crc.value();
    }

    /** What a node stored other than what was sent, if anything. */
    Optional<String> difference(CopyReceipt receipt) {
        if (receipt.length() == crc.length() && receipt.crc32c() == crc.value()) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                "sent %d bytes with CRC32C %08x, stored %d with %08x",
                crc.length(), crc.value(), receipt.length(), receipt.crc32c()));
    }
}
