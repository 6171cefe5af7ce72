package flare.object;

import flare.data.DataNodeException;
import flare.model.NodeId;
import flare.object.CopyReader.OpenCopy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one part: from one copy, and when that fails, differs, ends early or gives nothing for a set time, from
 * the same offset on from the next. One that is slow is given up when another, asked beside it, is open before its
 * next byte comes ({@link Hedging}). Completes after the last byte only; fails when no copy is left (I10).
 *
 * <pre>
 *   copy a ──checked──┐
 *   copy b            ├──► FailoverRead ──bytes──►
 *   copy c            ┘
 * </pre>
 *
 * <p>A stage because {@code recoverWith} knows neither the offset reached nor a stall.
 */
final class FailoverRead extends GraphStage<SourceShape<ByteString>> {

    private static final int CHECKS_PER_STALL = 4;
    private static final String HEDGE = "hedge";

    private final Outlet<ByteString> out = Outlet.create("FailoverRead.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);
    private final PartRead read;
    private final Duration stallLimit;
    private final LongSupplier nanos;

    private FailoverRead(PartRead read, Duration stallLimit, LongSupplier nanos) {
        this.read = read;
        this.stallLimit = stallLimit;
        this.nanos = nanos;
    }

    static Source<ByteString, NotUsed> of(PartRead read, ObjectEnvironment environment) {
        return Source.fromGraph(new FailoverRead(read, environment.settings().readStallTimeout(), environment.nanos()));
    }

    @Override
    public SourceShape<ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {

        private long offset = read.part().wanted().offset();
        private @Nullable OpenCopy copy;
        private @Nullable SubSinkInlet<ByteString> inlet;
        private @Nullable AsyncCallback<Optional<Throwable>> openings;
        /** Handed over by whichever thread opened it. */
        private final AtomicReference<@Nullable OpenCopy> arrived = new AtomicReference<>();

        private volatile boolean ended;
        private boolean begun;
        private long waitingSinceNanos;
        private long longestWaitNanos;
        private boolean hedgeArmed;
        /** Where the copy that is being opened beside this one would begin, or -1. */
        private long challengeOffset = -1;

        Logic() {
            super(shape);
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    waitingSinceNanos = nanos.getAsLong();
                    if (!begun) {
                        begun = true;
                        await(read.open());
                    } else if (inlet != null) {
                        inlet.pull();
                        armHedge();
                    }
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    if (inlet != null) {
                        inlet.cancel(cause);
                    } else if (!begun) {
                        read.discard();
                    }
                    cancelStage(cause);
                }
            });
        }

        @Override
        public void preStart() {
            openings = createAsyncCallback(this::opened);
            Duration pause = stallLimit.dividedBy(CHECKS_PER_STALL);
            scheduleWithFixedDelay(this, pause, pause);
        }

        /** A copy that opens after this stage has ended is given back. */
        private void await(CompletionStage<OpenCopy> opening) {
            AsyncCallback<Optional<Throwable>> callback = Objects.requireNonNull(openings);
            opening.whenComplete((opened, failure) -> {
                if (failure == null) {
                    arrived.set(opened);
                    if (ended) {
                        giveBackArrived();
                    }
                }
                callback.invoke(Optional.ofNullable(failure));
            });
        }

        private void giveBackArrived() {
            OpenCopy unused = arrived.getAndSet(null);
            if (unused != null) {
                read.giveBack(unused);
            }
        }

        @Override
        public void postStop() {
            ended = true;
            giveBackArrived();
        }

        private void opened(Optional<Throwable> failure) {
            boolean challenges = challengeOffset >= 0;
            boolean inStep = !challenges || challengeOffset == offset;
            challengeOffset = -1;
            OpenCopy open = arrived.getAndSet(null);
            if (open == null) {
                if (!challenges) {
                    failStage(Failures.unwrap(failure.orElseThrow()));
                } else if (inlet == null) {
                    await(read.openNext(offset));
                }
            } else if (inStep && isAvailable(out)) {
                giveUpSlow();
                goOnWith(open);
            } else if (inlet == null && inStep) {
                goOnWith(open);
            } else {
                read.giveBack(open);
                if (inlet == null) {
                    await(read.openNext(offset));
                }
            }
        }

        /** The copy under way, if it is still, for one that was opened beside it. */
        private void giveUpSlow() {
            if (inlet != null) {
                inlet.cancel();
                read.passedOver(Objects.requireNonNull(copy).node());
            }
        }

        private void goOnWith(OpenCopy open) {
            SubSinkInlet<ByteString> bytes = new SubSinkInlet<>("FailoverRead.copy");
            bytes.setHandler(new CopyHandler(bytes));
            copy = open;
            inlet = bytes;
            open.bytes().runWith(Sink.fromGraph(bytes.sink()), subFusingMaterializer());
            if (isAvailable(out)) {
                waitingSinceNanos = nanos.getAsLong();
                bytes.pull();
                armHedge();
            }
        }

        private void armHedge() {
            if (!hedgeArmed && challengeOffset < 0) {
                read.patienceNanos().ifPresent(patience -> {
                    hedgeArmed = true;
                    scheduleOnce(HEDGE, Duration.ofNanos(patience));
                });
            }
        }

        /** Armed once for many waits: most are over long before. */
        private void hedge() {
            OptionalLong patience = read.patienceNanos();
            if (patience.isEmpty() || challengeOffset >= 0) {
                return;
            }
            long leftNanos = patience.getAsLong() - (nanos.getAsLong() - waitingSinceNanos);
            if (leftNanos > 0) {
                hedgeArmed = true;
                scheduleOnce(HEDGE, Duration.ofNanos(leftNanos));
            } else {
                read.late(Objects.requireNonNull(copy).node());
                if (read.hedging().isGranted()) {
                    challengeOffset = offset;
                    await(read.openNext(offset));
                }
            }
        }

        private void goOnElsewhere(Throwable failure) {
            OpenCopy failed = Objects.requireNonNull(copy);
            copy = null;
            inlet = null;
            read.failed(failed.node(), failure);
            if (challengeOffset < 0) {
                await(read.openNext(offset));
            }
        }

        @Override
        public void onTimer(Object key) {
            if (key.equals(HEDGE)) {
                hedgeArmed = false;
            }
            SubSinkInlet<ByteString> waitedFor = inlet;
            if (waitedFor == null || !isAvailable(out)) {
                return;
            }
            if (key.equals(HEDGE)) {
                hedge();
            } else if (nanos.getAsLong() - waitingSinceNanos >= stallLimit.toNanos()) {
                waitedFor.cancel();
                goOnElsewhere(new DataNodeException(
                        DataNodeException.Kind.UNREACHABLE, "no byte for " + stallLimit + " at byte " + offset));
            }
        }

        private final class CopyHandler extends AbstractInHandler {

            private final SubSinkInlet<ByteString> from;

            CopyHandler(SubSinkInlet<ByteString> from) {
                this.from = from;
            }

            @Override
            public void onPush() {
                ByteString bytes = from.grab();
                NodeId node = Objects.requireNonNull(copy).node();
                longestWaitNanos = Math.max(longestWaitNanos, nanos.getAsLong() - waitingSinceNanos);
                offset += bytes.size();
                read.progressed(node);
                push(out, bytes);
                if (offset == read.part().wanted().end()) {
                    from.cancel();
                    read.hedging().waited(node, longestWaitNanos);
                    read.completed(node);
                    completeStage();
                }
            }

            @Override
            public void onUpstreamFinish() {
                if (from == inlet) {
                    goOnElsewhere(new DataNodeException(
                            DataNodeException.Kind.UNREACHABLE, "the copy ended at byte " + offset));
                }
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
                if (from == inlet) {
                    goOnElsewhere(failure);
                }
            }
        }
    }
}
