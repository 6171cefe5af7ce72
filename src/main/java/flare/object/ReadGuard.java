package flare.object;

import flare.config.SessionSettings;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
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
 * Passes an object's bytes on while its lease is held, gives the lease up however the stream ends, and cuts a read that
 * is too old or too slow: what it pins holds back all reclaim (design section 6).
 *
 * <p>A stage because it has to see the end of the stream in every form, also an abrupt one.
 */
final class ReadGuard extends GraphStage<FlowShape<ByteString, ByteString>> {

    static final Duration RATE_WINDOW = Duration.ofMinutes(1);
    private static final String AGE = "age";
    private static final String RATE = "rate";

    private final Inlet<ByteString> in = Inlet.create("ReadGuard.in");
    private final Outlet<ByteString> out = Outlet.create("ReadGuard.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final ReadLease lease;
    private final SessionSettings settings;
    private final ObjectMetrics metrics;
    private final Duration rateWindow;

    ReadGuard(ReadLease lease, SessionSettings settings, ObjectMetrics metrics, Duration rateWindow) {
        this.lease = lease;
        this.settings = settings;
        this.metrics = metrics;
        this.rateWindow = rateWindow;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {

        private boolean begun;
        private long windowBytes;

        Logic() {
            super(shape);
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString bytes = grab(in);
                    windowBytes += bytes.size();
                    metrics.downloaded(bytes.size());
                    push(out, bytes);
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }
            });
        }

        @Override
        public void preStart() {
            begun = lease.begin();
            if (begun) {
                scheduleOnce(AGE, settings.maxReadAge());
                scheduleWithFixedDelay(RATE, rateWindow, rateWindow);
            } else {
                failStage(new FlareException(Fault.UNAVAILABLE, "the read was begun too late, or twice"));
            }
        }

        @Override
        public void onTimer(Object key) {
            long leastBytes = settings.minReadRate().bytes() * rateWindow.toMillis() / 1_000;
            if (key.equals(AGE)) {
                cut(AGE, "the read has gone on for longer than " + settings.maxReadAge());
            } else if (windowBytes < leastBytes) {
                cut(
                        RATE,
                        "the read took " + windowBytes + " bytes in " + rateWindow + ", at least " + leastBytes
                                + " are asked of it");
            } else {
                windowBytes = 0;
            }
        }

        private void cut(String reason, String message) {
            metrics.readCut(reason);
            failStage(new FlareException(Fault.REQUEST_TIMEOUT, message));
        }

        @Override
        public void postStop() {
            if (begun) {
                lease.close();
            }
        }
    }
}
