package flare.data;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Passes the bytes of one transfer on and watches three things of it:
 *
 * <pre>
 *   sender ──► bytes counted ──► reader
 *      │            │               │
 *   silent while    fewer or more   leaves early:
 *   bytes are       than announced: the end is told
 *   wanted: fails   fails           as not whole
 * </pre>
 *
 * <p>A stage of its own because no composition tells a silent sender from a slow reader ({@code idleTimeout} fails on
 * both, and a chunk that is read ahead waits for its reader rightly), nor a whole transfer from one cancelled
 * ({@code watchTermination} calls both done).
 */
final class WatchedBody extends GraphStage<FlowShape<ByteString, ByteString>> {

    private static final String TICK = "tick";
    private static final int TICKS_PER_STALL = 4;

    private final Inlet<ByteString> in = Inlet.create("WatchedBody.in");
    private final Outlet<ByteString> out = Outlet.create("WatchedBody.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

    private final long length;
    private final Duration stall;
    private final boolean toItsEnd;
    private final End end;

    /** Told once how a transfer that was run ended. */
    @FunctionalInterface
    interface End {
        /** @param whole every byte passed and the sender finished */
        void ended(boolean whole);
    }

    /**
     * @param length bytes announced, or -1
     * @param stall longest silence of the sender while bytes are wanted
     */
    WatchedBody(long length, Duration stall, End end) {
        this(length, stall, false, end);
    }

    private WatchedBody(long length, Duration stall, boolean toItsEnd, End end) {
        this.length = length;
        this.stall = stall;
        this.toItsEnd = toItsEnd;
        this.end = end;
    }

    /**
     * For a request's body: what comes after the reader left is read and dropped. A server that cancels a body closes the
     * connection, and its answer, which says why the reader left, may be lost with it.
     */
    static WatchedBody readToItsEnd(long length, Duration stall, End end) {
        return new WatchedBody(length, stall, true, end);
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes inheritedAttributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {

        private long passed;
        private boolean wanted;
        private long wantedSinceNanos;
        private boolean told;
        private boolean readerLeft;

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    pass(grab(in));
                }

                @Override
                public void onPull() {
                    next();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    leave(cause);
                }

                @Override
                public void onUpstreamFinish() {
                    finish();
                }
            });
        }

        @Override
        public void preStart() {
            scheduleWithFixedDelay(TICK, stall, stall.dividedBy(TICKS_PER_STALL));
        }

        @Override
        public void onTimer(Object key) {
            if (wanted && System.nanoTime() - wantedSinceNanos > stall.toNanos()) {
                failStage(new TimeoutException("no byte came for " + stall + ", after " + passed + " bytes"));
            }
        }

        private void pass(ByteString bytes) {
            wanted = false;
            passed += bytes.size();
            if (length >= 0 && passed > length) {
                failStage(new IllegalStateException("more than the " + length + " bytes announced came"));
            } else if (readerLeft) {
                next();
            } else {
                push(out, bytes);
            }
        }

        private void next() {
            wanted = true;
            wantedSinceNanos = System.nanoTime();
            pull(in);
        }

        private void leave(Throwable cause) {
            // A reader that has every byte leaves before the sender says that there are no more.
            if (!toItsEnd && passed != length) {
                cancelStage(cause);
                return;
            }
            readerLeft = true;
            if (!hasBeenPulled(in) && !isClosed(in)) {
                next();
            }
        }

        private void finish() {
            if (length >= 0 && passed < length) {
                failStage(new IllegalStateException(passed + " of " + length + " bytes came"));
            } else {
                tell(true);
                completeStage();
            }
        }

        private void tell(boolean whole) {
            if (!told) {
                told = true;
                end.ended(whole);
            }
        }

        @Override
        public void postStop() {
            tell(false);
        }
    }
}
