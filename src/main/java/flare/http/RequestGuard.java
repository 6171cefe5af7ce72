package flare.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Reads along, in front of Pekko's parser, what that parser forgives or forgets: bare line feeds, two equal
 * Content-Lengths, folded headers, and whether a length was announced at all.
 *
 * <pre>
 *   socket ──bytes──► RequestGuard ──the same bytes, heads annotated──► Pekko's parser
 *                       HEAD → BODY(n) → HEAD …      CHUNKS → HEAD …      refused: IGNORING
 * </pre>
 *
 * A stage of its own, since it must keep its place in a byte stream. A head in order passes with annotations, and
 * without a client's own headers of those names. A bad head is replaced by a request that says why ({@link
 * #VIOLATION}) and asks for the connection's end; nothing behind it is passed on, so that no second request can hide there;
 * nor behind a PUT or POST that does not say how long it is. Bad framing inside a chunked body ends the input there. So does
 * a server that shuts down, behind the request under way; the socket is read on all the same, since its end tells that the
 * client has taken the answer. A head must come whole within a set time from its first byte.
 */
public final class RequestGuard extends GraphStage<FlowShape<ByteString, ByteString>> {

    /** Header of a request that was refused here; its value is the sentence. */
    public static final String VIOLATION = "flare-violation";

    /** Header of a request that came on a connection too many; its value is the sentence. */
    public static final String OVERLOAD = "flare-overload";

    /** Header of a request with neither Content-Length nor Transfer-Encoding: to Pekko the same as an empty body. */
    public static final String NO_LENGTH = "flare-no-length";

    /** Header with Content-Type as sent: Pekko passes on what it understood of it. */
    public static final String CONTENT_TYPE = "flare-content-type";

    /** The Host as it was sent, for signatures: Pekko writes it anew. */
    public static final String HOST = "flare-host";

    /** The Content-Encoding as it was sent, for the same reason. */
    public static final String CONTENT_ENCODING = "flare-content-encoding";

    /** What Pekko adds itself: a client's own would stand beside it. */
    private static final String RAW_TARGET = "raw-request-uri";

    /** Names under which the process believes what it reads: a client's own headers of these names are dropped. */
    static final Set<String> OWN_HEADERS =
            Set.of(VIOLATION, OVERLOAD, NO_LENGTH, CONTENT_TYPE, HOST, CONTENT_ENCODING, RAW_TARGET);

    private static final String HEAD_LIMIT = "head";
    private static final String LINGER = "linger";

    private final Inlet<ByteString> in = Inlet.create("RequestGuard.in");
    private final Outlet<ByteString> out = Outlet.create("RequestGuard.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

    private final Drain drain;
    private final Duration headLimit;
    private final boolean tooMany;

    /**
     * @param drain once begun, the input ends behind the request under way
     * @param headLimit longest time from a head's first byte to its last
     * @param tooMany the first request is to be refused, since there are as many connections as are allowed
     */
    RequestGuard(Drain drain, Duration headLimit, boolean tooMany) {
        this.drain = drain;
        this.headLimit = headLimit;
        this.tooMany = tooMany;
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
        HEAD,
        BODY,
        CHUNKS,
        IGNORING
    }

    private final class Logic extends TimerGraphStageLogic implements Drain.Listener {
        private Mode mode = Mode.HEAD;
        private ByteString unread = ByteString.emptyByteString();
        private ByteString checked = ByteString.emptyByteString();
        private int headScanned;
        private long bodyLeft;
        private ChunkScanner chunks = new ChunkScanner();
        private boolean draining;
        private boolean hadEmptyLine;
        private final AsyncCallback<Done> drained = createAsyncCallback(done -> {
            draining = true;
            endIfBetweenRequests();
        });

        Logic() {
            super(shape);
            setHandler(in, new FromSocket());
            setHandler(out, new ToParser());
        }

        @Override
        public void preStart() {
            drain.add(this);
        }

        @Override
        public void postStop() {
            drain.remove(this);
        }

        @Override
        public void drainBegan() {
            drained.invoke(Done.getInstance());
        }

        private void endIfBetweenRequests() {
            if (draining && mode == Mode.HEAD && unread.isEmpty() && checked.isEmpty()) {
                mode = Mode.IGNORING;
                complete(out);
                readOn();
            }
        }

        private void watchHead() {
            boolean begun = mode == Mode.HEAD && !unread.isEmpty();
            if (begun && !isTimerActive(HEAD_LIMIT)) {
                scheduleOnce(HEAD_LIMIT, headLimit);
            } else if (!begun) {
                cancelTimer(HEAD_LIMIT);
            }
        }

        @Override
        public void onTimer(Object key) {
            if (key.equals(LINGER)) {
                completeStage();
            } else if (hasBeenPulled(in)) {
                refuse("the head did not come within " + headLimit.toMillis() + " ms");
                unread = ByteString.emptyByteString();
                giveOrAsk();
            } else {
                // The request before it is still being answered: it was not the client who kept us waiting.
                scheduleOnce(HEAD_LIMIT, headLimit);
            }
        }

        private void read() {
            boolean progress = true;
            while (progress && !unread.isEmpty()) {
                progress = switch (mode) {
                    case HEAD -> readHead();
                    case BODY -> readBody();
                    case CHUNKS -> readChunks();
                    case IGNORING -> ignore();
                };
            }
        }

        private boolean readHead() {
            if (!hadEmptyLine && beginsWithEmptyLine()) {
                // Old clients send one behind a body (RFC 9112 section 2.2).
                hadEmptyLine = true;
                unread = unread.drop(2);
                return true;
            }
            int end = RequestHead.end(unread, headScanned);
            if (end == RequestHead.UNFINISHED) {
                headScanned = Math.max(0, unread.size() - 3);
                return unread.size() > RequestHead.MAX_BYTES && refuse("the head is longer than allowed");
            }
            if (end == RequestHead.BAD_LINE_END) {
                return refuse("a line of the head does not end with CR LF");
            }
            RequestHead head = RequestHead.parse(unread.slice(0, end).decodeString(StandardCharsets.ISO_8859_1));
            if (head.violation().isPresent()) {
                return refuse(head.violation().get());
            }
            if (tooMany) {
                return refuse(OVERLOAD, "there are as many connections as are allowed: try again");
            }
            pass(head.annotated());
            unread = unread.drop(end);
            headScanned = 0;
            hadEmptyLine = false;
            bodyLeft = head.length();
            mode = head.last() ? Mode.IGNORING : head.chunked() ? Mode.CHUNKS : bodyLeft > 0 ? Mode.BODY : Mode.HEAD;
            chunks = new ChunkScanner();
            return true;
        }

        private boolean beginsWithEmptyLine() {
            return unread.size() >= 2 && unread.apply(0) == '\r' && unread.apply(1) == '\n';
        }

        private boolean readBody() {
            int take = (int) Math.min(bodyLeft, unread.size());
            checked = checked.concat(unread.take(take));
            unread = unread.drop(take);
            bodyLeft -= take;
            mode = bodyLeft == 0 ? Mode.HEAD : Mode.BODY;
            return true;
        }

        private boolean readChunks() {
            int taken = chunks.scan(unread);
            checked = checked.concat(unread.take(taken));
            unread = unread.drop(taken);
            if (chunks.isBad()) {
                mode = Mode.IGNORING;
                unread = ByteString.emptyByteString();
            } else if (chunks.isDone()) {
                mode = Mode.HEAD;
            }
            return true;
        }

        private boolean ignore() {
            unread = ByteString.emptyByteString();
            return true;
        }

        private boolean refuse(String sentence) {
            return refuse(VIOLATION, sentence);
        }

        private boolean refuse(String header, String sentence) {
            pass("GET / HTTP/1.1\r\nHost: refused\r\n" + header + ": " + sentence + "\r\nConnection: close\r\n\r\n");
            mode = Mode.IGNORING;
            return true;
        }

        private void pass(String head) {
            checked = checked.concat(ByteString.fromString(head, StandardCharsets.ISO_8859_1));
        }

        /** Gives what is checked, or asks for more; ends the input behind a body whose framing broke. */
        private void giveOrAsk() {
            if (!checked.isEmpty() && isAvailable(out)) {
                push(out, checked);
                checked = ByteString.emptyByteString();
            }
            if (chunks.isBad() && checked.isEmpty() && !isClosed(out)) {
                complete(out);
                scheduleOnce(LINGER, headLimit);
            }
            endIfBetweenRequests();
            boolean wanted = isClosed(out) || isAvailable(out) || mode == Mode.IGNORING;
            if (wanted && checked.isEmpty()) {
                readOn();
            }
            watchHead();
        }

        private void readOn() {
            if (!isClosed(in) && !hasBeenPulled(in)) {
                pull(in);
            }
        }

        private final class FromSocket extends AbstractInHandler {
            @Override
            public void onPush() {
                // In one piece, since a head is scanned byte by byte; only of a head is there something left.
                unread = unread.isEmpty() ? grab(in) : unread.concat(grab(in)).compact();
                read();
                giveOrAsk();
            }

            @Override
            public void onUpstreamFinish() {
                ByteString rest = checked.concat(unread);
                if (rest.isEmpty() || isClosed(out)) {
                    completeStage();
                } else {
                    emit(out, rest, RequestGuard.Logic.this::completeStage);
                }
            }
        }

        private final class ToParser extends AbstractOutHandler {
            @Override
            public void onPull() {
                giveOrAsk();
            }
        }
    }
}
