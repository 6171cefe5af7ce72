package flare.chunk;

import flare.model.ByteRange;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Lets bytes of a copy through only after the whole block they are in has been checked against the copy's table, which
 * itself has been checked against the record (I9). Takes whole blocks in any cut and gives the bytes wanted of them.
 * Fails with {@link CorruptBlockException} for a wrong block and for an end before the last byte wanted.
 *
 * <p>A stage because blocks don't end where arriving pieces do: each arriving piece gives at most one piece, all its
 * finished blocks together, without a copy.
 */
public final class BlockVerifier extends GraphStage<FlowShape<ByteString, ByteString>> {

    private final Inlet<ByteString> in = Inlet.create("BlockVerifier.in");
    private final Outlet<ByteString> out = Outlet.create("BlockVerifier.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final BlockCrcs table;
    private final long chunkLength;
    private final ByteRange wanted;

    private BlockVerifier(BlockCrcs table, long chunkLength, ByteRange wanted) {
        this.table = table;
        this.chunkLength = chunkLength;
        this.wanted = wanted;
    }

    /**
     * Throws {@link CorruptBlockException} unless the table folds to the chunk's recorded checksum.
     *
     * @param chunkLength bytes of the whole chunk, as recorded
     * @param crc32c of the whole chunk, as recorded
     * @param wanted bytes of the chunk to give; the arriving bytes begin with {@link #firstBlock} of it
     */
    public static BlockVerifier of(BlockCrcs table, long chunkLength, int crc32c, ByteRange wanted) {
        if (wanted.end() > chunkLength) {
            throw new IllegalArgumentException(wanted + " of a chunk of " + chunkLength + " bytes");
        }
        if (table.size() != BlockCrcs.blocks(chunkLength) || table.fold(chunkLength) != crc32c) {
            throw new CorruptBlockException("the table of " + table.size()
                    + " block checksums is not that of the recorded " + chunkLength + " bytes with CRC32C "
                    + Integer.toHexString(crc32c));
        }
        return new BlockVerifier(table, chunkLength, wanted);
    }

    /** The block that the first byte wanted is in. */
    public static int firstBlock(ByteRange wanted) {
        return Math.toIntExact(wanted.offset() / BlockCrcs.BLOCK_BYTES);
    }

    /** How many blocks the bytes wanted touch. */
    public static int blockCount(ByteRange wanted) {
        return BlockCrcs.blocks(wanted.end()) - firstBlock(wanted);
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {

        private final RunningCrc crc = new RunningCrc();
        private final long endOfBlocks =
                Math.min(chunkLength, (long) BlockCrcs.blocks(wanted.end()) * BlockCrcs.BLOCK_BYTES);
        private int block = firstBlock(wanted);
        /** Offset in the chunk of the first byte not released; the bytes from here on are in {@code unchecked}. */
        private long released = (long) block * BlockCrcs.BLOCK_BYTES;

        private ByteString unchecked = ByteString.emptyByteString();

        Logic() {
            super(shape);
            setHandler(in, new CopyHandler());
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }
            });
        }

        /** Checks the blocks that end in {@code bytes}; how many of its bytes they reach to, or -1 if one is wrong. */
        private int checkedUpTo(ByteString bytes) {
            int checked = 0;
            int at = 0;
            while (at < bytes.size() && blockStart() < endOfBlocks) {
                int blockBytes = (int) Math.min(BlockCrcs.BLOCK_BYTES, chunkLength - blockStart());
                int part = (int) Math.min(blockBytes - crc.length(), bytes.size() - at);
                crc.update(bytes, at, part);
                at += part;
                if (crc.length() == blockBytes) {
                    if (crc.value() != table.crc(block)) {
                        return -1;
                    }
                    crc.reset();
                    block++;
                    checked = at;
                }
            }
            return checked;
        }

        private long blockStart() {
            return (long) block * BlockCrcs.BLOCK_BYTES;
        }

        /** The part of bytes at {@code released} that is wanted. */
        private ByteString trimmed(ByteString bytes) {
            long from = Math.max(wanted.offset() - released, 0);
            long until = Math.min(wanted.end() - released, bytes.size());
            return from == 0 && until == bytes.size() ? bytes : bytes.slice((int) Math.min(from, until), (int) until);
        }

        private final class CopyHandler extends AbstractInHandler {
            @Override
            public void onPush() {
                ByteString bytes = grab(in);
                int checked = checkedUpTo(bytes);
                if (checked < 0) {
                    failStage(new CorruptBlockException("block " + block + " does not match its checksum"));
                    return;
                }
                if (checked == 0) {
                    unchecked = unchecked.concat(bytes);
                    pull(in);
                    return;
                }
                ByteString good =
                        unchecked.isEmpty() && checked == bytes.size() ? bytes : unchecked.concat(bytes.take(checked));
                unchecked = checked == bytes.size() ? ByteString.emptyByteString() : bytes.drop(checked);
                release(good);
            }

            private void release(ByteString good) {
                ByteString wantedPart = trimmed(good);
                released += good.size();
                if (!wantedPart.isEmpty()) {
                    push(out, wantedPart);
                    if (released >= wanted.end()) {
                        completeStage();
                    }
                } else {
                    pull(in);
                }
            }

            @Override
            public void onUpstreamFinish() {
                // All that was wanted completes the stage when it is released.
                failStage(new CorruptBlockException("the copy ended at byte " + (released + unchecked.size()) + " of "
                        + chunkLength + ", wanted up to " + wanted.end()));
            }
        }
    }
}
