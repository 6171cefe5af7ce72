package flare.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 * The pieces of an open copy, read on the disk's threads, a few at a time and ahead of the demand: the hand-over between
 * threads costs as much as reading a piece from the page cache. A stage of its own, since FileIO
 * copies each byte once more and knows no blocks:
 *
 * <pre>
 *   stream's thread:      pull ◄─ push          pull ◄─ push
 *                          │        ▲             │        ▲
 *   disk's threads:     read, check some       read, check some more …
 * </pre>
 *
 * <p>The file is opened by the first read and closed however the stream ends; a source that is never run holds nothing.
 */
final class ChunkSource extends GraphStage<SourceShape<ByteString>> {

    private static final int PIECES_AT_ONCE = 2;

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
        private final Deque<ByteString> ready = new ArrayDeque<>();
        private @Nullable AsyncCallback<List<ByteString>> arrived;
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
            arrived = createAsyncCallback(pieces -> {
                reading = false;
                ready.addAll(pieces);
                pushWhatIsReady();
            });
            failed = createAsyncCallback(this::failStage);
            readAhead();
        }

        private void pushWhatIsReady() {
            if (!ready.isEmpty() && isAvailable(out)) {
                push(out, ready.remove());
                if (ready.isEmpty()) {
                    readAhead();
                }
            }
        }

        private void readAhead() {
            AsyncCallback<List<ByteString>> onPieces = arrived;
            AsyncCallback<Throwable> onFailure = failed;
            if (reading || onPieces == null || onFailure == null) {
                return;
            }
            if (nextBlock == toBlock) {
                completeStage();
                return;
            }
            int first = nextBlock;
            int blocks = Math.min(PIECES_AT_ONCE * ChunkReader.PIECE_BLOCKS, toBlock - first);
            nextBlock = first + blocks;
            reading = true;
            disk.execute(() -> {
                try {
                    onPieces.invoke(reader.read(first, blocks));
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

        synchronized List<ByteString> read(int firstBlock, int blocks) {
            List<ByteString> pieces = new ArrayList<>(PIECES_AT_ONCE);
            if (closed) {
                return pieces;
            }
            if (copy == null) {
                copy = opening.open();
            }
            for (int done = 0; done < blocks; done += ChunkReader.PIECE_BLOCKS) {
                int some = Math.min(ChunkReader.PIECE_BLOCKS, blocks - done);
                pieces.add(ByteString.fromArrayUnsafe(copy.read(firstBlock + done, some)));
            }
            return pieces;
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
