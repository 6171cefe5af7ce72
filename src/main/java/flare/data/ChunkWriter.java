package flare.data;

import static flare.telemetry.CrashPoint.CHUNK_FILE_SYNCED;
import static flare.telemetry.CrashPoint.CHUNK_TEMPORARY_CREATED;
import static flare.telemetry.CrashPoint.CHUNK_WRITTEN;

import flare.chunk.BlockCrcs;
import flare.data.ChunkFile.Footer;
import flare.data.ChunkFile.Header;
import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One copy on its way to the disk: temporary file, data, table, footer, sync; then the store puts it in its place. Blocks
 * the calling thread. Ends once, by {@link #commit} or {@link #abort}, whichever thread comes first.
 */
final class ChunkWriter {

    /** Bytes worth a system call; the buffer takes this and the piece that exceeded it. */
    static final int WRITE_BYTES = 256 * 1024;

    /**
     * At most one a thread of the disk's; the one used last is used next, whichever thread comes: what is copied into it
     * is then in the processor's cache for checksum and write. One fixed to each thread never is, as threads take turns.
     */
    private static final Deque<ByteBuffer> IDLE_BUFFERS = new ConcurrentLinkedDeque<>();

    private final LatchedDisk disk;
    private final Path temporary;
    private final Header header;
    private final WriteOrder order;
    private final Placing placing;

    private final CRC32C crc = new CRC32C();
    private int[] crcs = new int[8];
    private int blocks;
    private int bytesInBlock;
    private long length;
    private Disk.@Nullable DiskFile file;
    private boolean ended;

    ChunkWriter(LatchedDisk disk, Path temporary, Header header, WriteOrder order, Placing placing) {
        this.disk = disk;
        this.temporary = temporary;
        this.header = header;
        this.order = order;
        this.placing = placing;
    }

    /** What the store does with a finished temporary file. */
    interface Placing {

        /** Gives the synced file its name, durably, unless the same copy stands there already. */
        void place(Path temporary, Header header, CopyReceipt receipt, BlockCrcs crcs) throws IOException;

        /** The writer is through, whatever came of it. */
        void ended(long bytesWritten);
    }

    synchronized void append(List<ByteString> pieces) {
        if (ended) {
            throw new DataNodeException(Kind.REFUSED, header.chunk() + ": the write was given up");
        }
        ByteBuffer buffer = takeBuffer();
        try {
            Disk.DiskFile out = opened(buffer);
            appendTo(out, buffer, pieces);
            drain(out, buffer);
        } catch (IOException | RuntimeException e) {
            abort();
            throw asRefusal(e);
        } finally {
            IDLE_BUFFERS.addFirst(buffer);
        }
    }

    /** Writes the last pieces and makes the copy durable under its name. */
    synchronized CopyReceipt commit(List<ByteString> pieces) {
        if (ended) {
            throw new DataNodeException(Kind.REFUSED, header.chunk() + ": the write was given up");
        }
        ByteBuffer buffer = takeBuffer();
        try {
            Disk.DiskFile out = opened(buffer);
            appendTo(out, buffer, pieces);
            CopyReceipt receipt = finish(out, buffer);
            file = null;
            out.close();
            placing.place(temporary, header, receipt, table());
            end();
            return receipt;
        } catch (IOException | RuntimeException e) {
            abort();
            throw asRefusal(e);
        } finally {
            IDLE_BUFFERS.addFirst(buffer);
        }
    }

    private static ByteBuffer takeBuffer() {
        ByteBuffer idle = IDLE_BUFFERS.pollFirst();
        return idle == null ? ByteBuffer.allocateDirect(2 * WRITE_BYTES) : idle.clear();
    }

    /** Removes what was written; nothing if the copy is complete. */
    synchronized void abort() {
        if (ended) {
            return;
        }
        try {
            if (file != null) {
                file.close();
            }
            if (disk.exists(temporary)) {
                disk.delete(temporary);
            }
        } catch (IOException | DataNodeException e) {
            // A failed disk: the next start removes what is left here.
            disk.fail("removing " + temporary + ": " + e.getMessage());
        } finally {
            end();
        }
    }

    private void end() {
        ended = true;
        placing.ended(length);
    }

    private Disk.DiskFile opened(ByteBuffer buffer) {
        if (file == null) {
            file = disk.create(temporary);
            CHUNK_TEMPORARY_CREATED.reached();
            buffer.put(header.encode());
        }
        return file;
    }

    private void appendTo(Disk.DiskFile out, ByteBuffer buffer, List<ByteString> pieces) throws IOException {
        for (ByteString piece : pieces) {
            length += piece.size();
            refuseIfLonger(order.length() < 0 ? ChunkFile.MAX_LENGTH : order.length());
            for (ByteBuffer bytes : piece.getByteBuffers()) {
                while (bytes.hasRemaining()) {
                    if (!buffer.hasRemaining()) {
                        drain(out, buffer);
                    }
                    int taken = Math.min(bytes.remaining(), buffer.remaining());
                    buffer.put(bytes.slice(bytes.position(), taken));
                    bytes.position(bytes.position() + taken);
                    checksum(buffer, buffer.position() - taken);
                }
            }
        }
    }

    private void checksum(ByteBuffer buffer, int from) {
        ByteBuffer added = buffer.duplicate().flip().position(from);
        int end = added.limit();
        while (added.position() < end) {
            int taken = Math.min(end - added.position(), BlockCrcs.BLOCK_BYTES - bytesInBlock);
            crc.update(added.limit(added.position() + taken));
            bytesInBlock += taken;
            if (bytesInBlock == BlockCrcs.BLOCK_BYTES) {
                endBlock();
            }
        }
    }

    private void endBlock() {
        if (blocks == crcs.length) {
            crcs = Arrays.copyOf(crcs, 2 * blocks);
        }
        crcs[blocks++] = (int) crc.getValue();
        crc.reset();
        bytesInBlock = 0;
    }

    private CopyReceipt finish(Disk.DiskFile out, ByteBuffer buffer) throws IOException {
        if (bytesInBlock > 0) {
            endBlock();
        }
        BlockCrcs table = table();
        CopyReceipt receipt = new CopyReceipt(length, table.fold(length));
        refuseUnlessAsOrdered(receipt);
        ByteBuffer encoded = ChunkFile.encodeTable(table);
        Footer footer = new Footer(length, receipt.crc32c(), ChunkFile.crc32c(encoded), header.crc());
        if (buffer.remaining() < encoded.remaining() + ChunkFile.FOOTER_BYTES) {
            drain(out, buffer);
        }
        buffer.put(encoded).put(footer.encode());
        drain(out, buffer);
        CHUNK_WRITTEN.reached();
        out.sync();
        CHUNK_FILE_SYNCED.reached();
        return receipt;
    }

    private BlockCrcs table() {
        return new BlockCrcs(Arrays.copyOf(crcs, blocks));
    }

    private static void drain(Disk.DiskFile out, ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private void refuseIfLonger(long bound) {
        if (length > bound) {
            throw new DataNodeException(
                    Kind.CHECKSUM_MISMATCH, header.chunk() + ": more than the " + bound + " bytes it may have");
        }
    }

    private void refuseUnlessAsOrdered(CopyReceipt receipt) {
        if (order.length() >= 0 && receipt.length() != order.length()) {
            throw new DataNodeException(
                    Kind.CHECKSUM_MISMATCH,
                    header.chunk() + ": expected " + order.length() + " bytes, found " + receipt.length());
        }
        if (order.crc32c().isPresent() && order.crc32c().getAsInt() != receipt.crc32c()) {
            throw new DataNodeException(
                    Kind.CHECKSUM_MISMATCH,
                    String.format(
                            "%s: expected CRC32C %08x, found %08x",
                            header.chunk(), order.crc32c().getAsInt(), receipt.crc32c()));
        }
    }

    private RuntimeException asRefusal(Exception e) {
        return e instanceof RuntimeException runtime
                ? runtime
                : new DataNodeException(Kind.REFUSED, header.chunk() + ": " + e.getMessage(), e);
    }
}
