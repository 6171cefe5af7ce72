package flare.data;

import flare.data.DataNode.CopyReceipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.stream.AbruptStageTerminationException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.GraphStageWithMaterializedValue;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Drives a {@link ChunkWriter} from a stream. A stage of its own, since no composition of stages removes the temporary
 * file on every way a stream can end, nor keeps the fsync off the stream's dispatcher:
 *
 * <pre>
 *   stream's thread:  push ─► gather ─► push ─► gather ─► … ─► finish
 *                                 │ 256 KiB at a time             │ the rest
 *   disk's threads:               └─► copy, checksum, write       └─► write, sync, rename, sync directory ─► receipt
 * </pre>
 *
 * <p>At most one piece of work is with the disk while the next gathers, so a transfer holds a bounded number of bytes.
 */
final class ChunkSink extends GraphStageWithMaterializedValue<SinkShape<ByteString>, CompletionStage<CopyReceipt>> {

    private final Inlet<ByteString> in = Inlet.create("ChunkSink.in");
    private final SinkShape<ByteString> shape = SinkShape.of(in);
    private final Supplier<ChunkWriter> begin;
    private final Executor disk;

    /** @param begin checks, without waiting, whether the write may be; called once for each run */
    ChunkSink(Supplier<ChunkWriter> begin, Executor disk) {
        this.begin = begin;
        this.disk = disk;
    }

    @Override
    public SinkShape<ByteString> shape() {
        return shape;
    }

    @Override
    public Tuple2<GraphStageLogic, CompletionStage<CopyReceipt>> createLogicAndMaterializedValue(
            Attributes inheritedAttributes) {
        CompletableFuture<CopyReceipt> result = new CompletableFuture<>();
        return Tuple2.apply(new Logic(result), result);
    }

    private final class Logic extends GraphStageLogic {

        private final CompletableFuture<CopyReceipt> result;
        private @Nullable ChunkWriter writer;
        private List<ByteString> gathered = new ArrayList<>();
        private int gatheredBytes;
        private boolean diskBusy;
        private boolean upstreamFinished;
        private boolean ended;

        Logic(CompletableFuture<CopyReceipt> result) {
            super(shape);
            this.result = result;
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString piece = grab(in);
                    gathered.add(piece);
                    gatheredBytes += piece.size();
                    proceed();
                }

                @Override
                public void onUpstreamFinish() {
                    upstreamFinished = true;
                    setKeepGoing(true);
                    proceed();
                }

                @Override
                public void onUpstreamFailure(Throwable cause) {
                    fail(cause);
                }
            });
        }

        @Override
        public void preStart() {
            try {
                writer = begin.get();
                pull(in);
            } catch (RuntimeException refusal) {
                fail(refusal);
            }
        }

        private void proceed() {
            if (!diskBusy && upstreamFinished) {
                List<ByteString> rest = take();
                onDisk(target -> target.commit(rest), this::complete);
            } else if (!diskBusy && gatheredBytes >= ChunkWriter.WRITE_BYTES) {
                List<ByteString> pieces = take();
                onDisk(
                        target -> {
                            target.append(pieces);
                            return pieces;
                        },
                        written -> proceed());
            }
            if (!upstreamFinished && gatheredBytes < ChunkWriter.WRITE_BYTES && !hasBeenPulled(in)) {
                pull(in);
            }
        }

        private List<ByteString> take() {
            List<ByteString> taken = gathered;
            gathered = new ArrayList<>();
            gatheredBytes = 0;
            return taken;
        }

        private <T> void onDisk(DiskWork<T> work, Consumer<T> then) {
            ChunkWriter target = writer;
            if (target == null) {
                throw new IllegalStateException("no writer");
            }
            diskBusy = true;
            AsyncCallback<T> done = createAsyncCallback(value -> {
                diskBusy = false;
                then.accept(value);
            });
            AsyncCallback<Throwable> failed = createAsyncCallback(this::fail);
            disk.execute(() -> {
                try {
                    done.invoke(work.on(target));
                } catch (RuntimeException | Error e) {
                    failed.invoke(e);
                }
            });
        }

        private void complete(CopyReceipt receipt) {
            ended = true;
            result.complete(receipt);
            completeStage();
        }

        private void fail(Throwable cause) {
            giveUp(cause);
            failStage(cause);
        }

        @Override
        public void postStop() {
            giveUp(new AbruptStageTerminationException(this));
        }

        /** The result fails only after the temporary file is gone: who sees the failure sees no trace of the write. */
        private void giveUp(Throwable cause) {
            if (ended) {
                return;
            }
            ended = true;
            ChunkWriter abandoned = writer;
            if (abandoned == null) {
                result.completeExceptionally(cause);
                return;
            }
            Runnable remove = () -> {
                abandoned.abort();
                result.completeExceptionally(cause);
            };
            try {
                disk.execute(remove);
            } catch (RuntimeException closing) {
                remove.run();
            }
        }
    }

    private interface DiskWork<T> {
        T on(ChunkWriter writer);
    }
}
