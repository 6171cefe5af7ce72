package flare.data;

import flare.chunk.BlockCrcs;
import flare.data.ChunkFile.Footer;
import flare.data.ChunkFile.Header;
import flare.model.ChunkId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A chunk file that is open for reading, its header, footer and table checked; each block is checked before it is given
 * out. Blocks the calling thread; used by one thread at a time.
 */
final class ChunkReader implements Closeable {

    /** Blocks read at once: large enough that the hand-over between threads costs little. */
    static final int PIECE_BLOCKS = 4;

    private final Disk.DiskFile file;
    private final Header header;
    private final Footer footer;
    private final BlockCrcs crcs;

    private ChunkReader(Disk.DiskFile file, Header header, Footer footer, BlockCrcs crcs) {
        this.file = file;
        this.header = header;
        this.footer = footer;
        this.crcs = crcs;
    }

    /**
     * Opens the copy of {@code chunk} that {@code path} should be. A file that exists and can't be read is as corrupt as
     * one with wrong bytes; {@link java.nio.file.NoSuchFileException} if there is none; any other {@link IOException} says
     * nothing about the copy.
     */
    static ChunkReader open(Disk disk, Path path, UUID cluster, ChunkId chunk)
            throws IOException, CorruptChunkException {
        Disk.DiskFile file = openFile(disk, path);
        try {
            Header header = readHeader(file, cluster, chunk);
            long size = file.size();
            int tailBytes = (int)
                    Math.min(size - ChunkFile.HEADER_BYTES, ChunkFile.FOOTER_BYTES + (long) ChunkFile.MAX_TABLE_BYTES);
            if (tailBytes < ChunkFile.FOOTER_BYTES) {
                throw new CorruptChunkException("a file of " + size + " bytes has no room for a footer");
            }
            ByteBuffer tail = read(file, size - tailBytes, tailBytes);
            Footer footer = Footer.decode(tail.slice(tailBytes - ChunkFile.FOOTER_BYTES, ChunkFile.FOOTER_BYTES));
            if (size != ChunkFile.fileBytes(footer.length()) || footer.headerCrc() != header.crc()) {
                throw new CorruptChunkException("a file of " + size + " bytes with the footer of another");
            }
            int tableBytes = ChunkFile.tableBytes(footer.length());
            ByteBuffer table = tail.slice(tailBytes - ChunkFile.FOOTER_BYTES - tableBytes, tableBytes);
            return new ChunkReader(file, header, footer, ChunkFile.decodeTable(table, footer));
        } catch (IOException | CorruptChunkException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The header alone, for who needs no more. */
    static Header header(Disk disk, Path path, UUID cluster, ChunkId chunk) throws IOException, CorruptChunkException {
        try (Disk.DiskFile file = openFile(disk, path)) {
            return readHeader(file, cluster, chunk);
        }
    }

    private static Disk.DiskFile openFile(Disk disk, Path path) throws IOException, CorruptChunkException {
        try {
            return disk.open(path);
        } catch (Disk.IrregularFileException | AccessDeniedException e) {
            throw new CorruptChunkException("it can't be opened: " + e.getMessage(), e);
        }
    }

    private static Header readHeader(Disk.DiskFile file, UUID cluster, ChunkId chunk)
            throws IOException, CorruptChunkException {
        Header header = Header.decode(read(file, 0, ChunkFile.HEADER_BYTES));
        if (!header.cluster().equals(cluster)) {
            throw new CorruptChunkException("it belongs to cluster " + header.cluster());
        }
        if (!header.chunk().equals(chunk)) {
            throw new CorruptChunkException("it holds chunk " + header.chunk());
        }
        return header;
    }

    private static ByteBuffer read(Disk.DiskFile file, long position, int length)
            throws IOException, CorruptChunkException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try {
            while (bytes.hasRemaining()) {
                if (file.read(bytes, position + bytes.position()) < 0) {
                    throw new CorruptChunkException("it ends " + bytes.remaining() + " bytes early");
                }
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new CorruptChunkException("it can't be read: " + e.getMessage(), e);
        }
        return bytes.flip();
    }

    long generation() {
        return header.generation();
    }

    BlockCrcs crcs() {
        return crcs;
    }

    DataNode.CopyReceipt receipt() {
        return new DataNode.CopyReceipt(footer.length(), footer.crc32c());
    }

    /** Bytes of so many blocks, each checked; as many as there are. */
    byte[] read(int firstBlock, int blocks) throws IOException, CorruptChunkException {
        long from = (long) firstBlock * BlockCrcs.BLOCK_BYTES;
        int length = (int) Math.min((long) blocks * BlockCrcs.BLOCK_BYTES, footer.length() - from);
        byte[] bytes = read(file, ChunkFile.HEADER_BYTES + from, length).array();
        CRC32C crc = new CRC32C();
        for (int offset = 0, block = firstBlock; offset < length; offset += BlockCrcs.BLOCK_BYTES, block++) {
            crc.reset();
            crc.update(bytes, offset, Math.min(BlockCrcs.BLOCK_BYTES, length - offset));
            if ((int) crc.getValue() != crcs.crc(block)) {
                throw new CorruptChunkException("block " + block + " does not match its checksum");
            }
        }
        return bytes;
    }

    /** Reads and checks every block. */
    void verify() throws IOException, CorruptChunkException {
        for (int block = 0; block < crcs.size(); block += PIECE_BLOCKS) {
            read(block, PIECE_BLOCKS);
        }
    }

    /** Makes what was verified durable, in case whoever wrote it died before its sync. */
    void sync() throws IOException {
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
