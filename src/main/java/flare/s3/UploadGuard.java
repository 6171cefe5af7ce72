package flare.s3;

import flare.config.HttpSettings;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Stands between the connection and whoever consumes a body.
 *
 * <pre>
 *   connection ──bytes──► UploadGuard ──bytes──► digests, chunker, …
 *       ◄── never cancelled ──┘  ◄──── cancel ──────┘
 * </pre>
 *
 * A stage of its own, since no composition keeps upstream open when downstream goes: Pekko drops the whole connection,
 * with the answer still to come, as soon as a body is cancelled. So a consumer that gives up is let go; what is left of a
 * small body is read away, so that the connection can be used again; of a large one nothing more is read, and Pekko closes
 * after the answer. It also measures the client: only the time in which bytes were asked for counts, so a slow disk is never
 * taken for a slow client.
 */
final class UploadGuard extends GraphStage<FlowShape<ByteString, ByteString>> {

    /** A refused body is read to its end if no more than this is left of it. */
    static final int DISCARD_BYTES = 256 * 1024;

    private static final int CHECKS_PER_STALL = 4;

    private final Inlet<ByteString> in = Inlet.create("UploadGuard.in");
    private final Outlet<ByteString> out = Outlet.create("UploadGuard.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

    private final HttpSettings limits;
    private final Body body;
    private final long maxBytes;
    private final AtomicLong received;
    private final CompletableFuture<Done> settled;

    /** @param length as announced; -1 if only the end tells */
    record Body(long length, boolean waitsForContinue) {}

    /** @param settled completes when the answer may be sent: nothing more will be read */
    UploadGuard(HttpSettings limits, Body body, long maxBytes, AtomicLong received, CompletableFuture<Done> settled) {
        this.limits = limits;
        this.body = body;
        this.maxBytes = maxBytes;
        this.received = received;
        this.settled = settled;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private enum Mode {
        PASSING,
        DISCARDING,
        HOLDING
    }

    private final class Logic extends TimerGraphStageLogic {
        private Mode mode = Mode.PASSING;
        private boolean everPulled;
        private long discarded;
        private long askedAt;
        private long silentSince;
        private long waitedNanos;
        private long windowBytes;

        Logic() {
            super(shape);
            setHandler(in, new FromConnection());
            setHandler(out, new ToConsumer());
        }

        @Override
        public void preStart() {
            Duration check = limits.stallTimeout().dividedBy(CHECKS_PER_STALL);
            scheduleAtFixedRate("rate", check, check);
        }

        @Override
        public void postStop() {
            settled.complete(Done.getInstance());
        }

        @Override
        public void onTimer(Object key) {
            if (mode == Mode.HOLDING) {
                return;
            }
            long now = System.nanoTime();
            if (hasBeenPulled(in)) {
                waitedNanos += now - askedAt;
                askedAt = now;
                if (now - silentSince >= limits.stallTimeout().toNanos()) {
                    giveUp(new FlareException(
                            Fault.REQUEST_TIMEOUT, "no byte of the body came for " + limits.stallTimeout()));
                    return;
                }
            }
            if (waitedNanos < limits.stallTimeout().toNanos()) {
                return;
            }
            double rate = windowBytes / (waitedNanos / 1e9);
            if (rate < limits.minRate().bytes()) {
                giveUp(new FlareException(
                        Fault.REQUEST_TIMEOUT,
                        "the body came at " + Math.round(rate) + " bytes a second, at least "
                                + limits.minRate().bytes() + " are wanted"));
            }
            waitedNanos = 0;
            windowBytes = 0;
        }

        private void ask() {
            everPulled = true;
            askedAt = System.nanoTime();
            silentSince = askedAt;
            pull(in);
        }

        private void hold() {
            mode = Mode.HOLDING;
            settled.complete(Done.getInstance());
        }

        private void giveUp(FlareException refusal) {
            hold();
            fail(out, refusal);
        }

        private final class FromConnection extends AbstractInHandler {
            @Override
            public void onPush() {
                ByteString bytes = grab(in);
                waitedNanos += System.nanoTime() - askedAt;
                windowBytes += bytes.size();
                long total = received.addAndGet(bytes.size());
                if (mode == Mode.PASSING && total > maxBytes) {
                    giveUp(RequestBody.tooLarge(total, maxBytes));
                } else if (mode == Mode.PASSING) {
                    push(out, bytes);
                } else if (mode == Mode.DISCARDING) {
                    discarded += bytes.size();
                    if (discarded > DISCARD_BYTES) {
                        hold();
                    } else {
                        ask();
                    }
                }
            }

            @Override
            public void onUpstreamFinish() {
                settled.complete(Done.getInstance());
                completeStage();
            }

            @Override
            public void onUpstreamFailure(Throwable cause) {
                settled.complete(Done.getInstance());
                failStage(asRefusal(cause));
            }
        }

        private final class ToConsumer extends AbstractOutHandler {
            @Override
            public void onPull() {
                ask();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
                boolean unasked = body.waitsForContinue() && !everPulled;
                if (unasked || body.length() - received.get() > DISCARD_BYTES) {
                    hold();
                    return;
                }
                mode = Mode.DISCARDING;
                if (!hasBeenPulled(in)) {
                    ask();
                }
            }
        }
    }

    /** Pekko tells a body that ended early from a malformed one by its words only. */
    private static FlareException asRefusal(Throwable cause) {
        if (cause instanceof EntityStreamException malformed
                && !malformed.info().summary().contains("truncation")) {
            return new FlareException(
                    Fault.INVALID_REQUEST,
                    "the body is malformed: " + malformed.info().summary(),
                    cause);
        }
        return new FlareException(Fault.INCOMPLETE_BODY, "the body ended before its announced end", cause);
    }
}
