package flare.data;

import java.util.concurrent.Executor;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of an open copy, read on the disk's threads, one piece ahead of the demand. A stage of its own, since FileIO
 * copies each byte once more and knows no blocks:
 *
 * <pre>
 *   stream's thread:      pull ◄─ push          pull ◄─ push
 *                          │        ▲             │        ▲
 *   disk's threads:     read, check piece 0    read, check piece 1 …
 * </pre>
 *
 * <p>The file is opened by the first read and closed however the stream ends; a source that is never run holds nothing.
 */
final class ChunkSource extends GraphStage<SourceShape<ByteString>> {

    private final Outlet<ByteString> out = Outlet.create("ChunkSource.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);
    private final Opening opening;
    private final int fromBlock;
    private final int toBlock;
    private final Executor disk;

    /** @param toBlock the block to end before */
    ChunkSource(Opening opening, int fromBlock, int toBlock, Executor disk) {
        this.opening = opening;
        this.fromBlock = fromBlock;
        this.toBlock = toBlock;
        this.disk = disk;
    }

    /** Opens the copy; each open copy is used by one thread at a time. */
    interface Opening {
        OpenCopy open();
    }

    /** Both methods throw {@link DataNodeException}. */
    interface OpenCopy {
        byte[] read(int firstBlock, int blocks);

        void close();
    }

    @Override
    public SourceShape<ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes inheritedAttributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {

        private final Reader reader = new Reader(opening);
        private int nextBlock = fromBlock;
        private boolean reading;
        private @Nullable ByteString ready;
        private @Nullable AsyncCallback<ByteString> arrived;
        private @Nullable AsyncCallback<Throwable> failed;

        Logic() {
            super(shape);
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pushWhatIsReady();
                }
            });
        }

        @Override
        public void preStart() {
            arrived = createAsyncCallback(piece -> {
                reading = false;
                ready = piece;
                pushWhatIsReady();
            });
            failed = createAsyncCallback(this::failStage);
            readAhead();
        }

        private void pushWhatIsReady() {
            ByteString piece = ready;
            if (piece != null && isAvailable(out)) {
                ready = null;
                push(out, piece);
                readAhead();
            }
        }

        private void readAhead() {
            AsyncCallback<ByteString> onPiece = arrived;
            AsyncCallback<Throwable> onFailure = failed;
            if (reading || onPiece == null || onFailure == null) {
                return;
            }
            if (nextBlock == toBlock) {
                completeStage();
                return;
            }
            int first = nextBlock;
            int blocks = Math.min(ChunkReader.PIECE_BLOCKS, toBlock - first);
            nextBlock = first + blocks;
            reading = true;
            disk.execute(() -> {
                try {
                    onPiece.invoke(ByteString.fromArrayUnsafe(reader.read(first, blocks)));
                } catch (RuntimeException | Error e) {
                    onFailure.invoke(e);
                }
            });
        }

        @Override
        public void postStop() {
            if (!reading) {
                reader.close();
                return;
            }
            try {
                disk.execute(reader::close);
            } catch (RuntimeException closing) {
                reader.close();
            }
        }
    }

    /** The copy once it is open; closed at most once, and never opened afterwards. */
    private static final class Reader {

        private final Opening opening;
        private @Nullable OpenCopy copy;
        private boolean closed;

        Reader(Opening opening) {
            this.opening = opening;
        }

        synchronized byte[] read(int firstBlock, int blocks) {
            if (closed) {
                return new byte[0];
            }
            if (copy == null) {
                copy = opening.open();
            }
            return copy.read(firstBlock, blocks);
        }

        synchronized void close() {
            closed = true;
            if (copy != null) {
                copy.close();
                copy = null;
            }
        }
    }
}
