package flare.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The server's side of TLS.
 *
 * <pre>
 *   server ──plainIn──► wrap ──cipherOut──► socket
 *   server ◄─plainOut── unwrap ◄─cipherIn── socket
 * </pre>
 *
 * A stage of its own, since Pekko's ends both directions when a client ends one, holds some 90 KiB a connection, and has no
 * limit for the handshake: here it must be done within a set time from its first byte. The directions end one by one, as
 * those of a socket do. Who speaks HTTP without TLS is told so in HTTP.
 */
final class TlsStage extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {

    /** The type of a record that begins a handshake (RFC 8446 section 5.1). */
    private static final byte HANDSHAKE_RECORD = 0x16;

    /** What is encrypted, or decrypted, into one piece. */
    private static final int PIECE_BYTES = 256 * 1024;

    private static final int RECORD_BYTES = 16 * 1024;

    private static final String NOT_TLS = "this port speaks HTTPS only: use https:// instead of http://\n";
    private static final ByteString NOT_TLS_ANSWER = ByteString.fromString(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
                    + NOT_TLS.length() + "\r\n\r\n" + NOT_TLS,
            StandardCharsets.US_ASCII);

    private static final String HANDSHAKE_LIMIT = "handshake";
    private static final String LINGER = "linger";

    private final Inlet<ByteString> plainIn = Inlet.create("Tls.plainIn");
    private final Outlet<ByteString> cipherOut = Outlet.create("Tls.cipherOut");
    private final Inlet<ByteString> cipherIn = Inlet.create("Tls.cipherIn");
    private final Outlet<ByteString> plainOut = Outlet.create("Tls.plainOut");
    private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape =
            BidiShape.of(plainIn, cipherOut, cipherIn, plainOut);

    private final SSLEngine engine;
    private final Duration handshakeLimit;
    private final Consumer<String> refused;

    /**
     * @param engine of one connection
     * @param refused told why one that spoke got no connection
     */
    TlsStage(SSLEngine engine, Duration handshakeLimit, Consumer<String> refused) {
        this.engine = engine;
        this.handshakeLimit = handshakeLimit;
        this.refused = refused;
    }

    @Override
    public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final TlsEngine tls = new TlsEngine(engine);
        /** Not encrypted yet, ready to be read. */
        private ByteBuffer plain = TlsEngine.NOTHING;
        /** Not decrypted yet, ready to be read. */
        private ByteBuffer cipher = TlsEngine.NOTHING;
        /** Waits to be taken. */
        private ByteString decrypted = ByteString.emptyByteString();

        private boolean begun;
        /** What there is of a record is not all of it. */
        private boolean starved = true;
        /** Nothing more is said, and what comes is not read. */
        private boolean over;

        Logic() {
            super(shape);
            setHandler(plainIn, new FromServer());
            setHandler(cipherOut, new ToSocket());
            setHandler(cipherIn, new FromSocket());
            setHandler(plainOut, new ToServer());
        }

        @Override
        public void preStart() throws SSLException {
            tls.begin();
            pull(cipherIn);
        }

        @Override
        public void onTimer(Object key) {
            completeStage();
        }

        /** Goes as far as there are bytes and demand. */
        private void run() {
            if (over) {
                readOn();
                return;
            }
            try {
                boolean progress = true;
                while (progress && !over) {
                    progress = isHandshaking() ? handshake() : transfer();
                }
                if (tls.isHandshaken()) {
                    cancelTimer(HANDSHAKE_LIMIT);
                }
                endInput();
                askForMore();
            } catch (SSLException e) {
                if (!tls.isHandshaken()) {
                    refused.accept(String.valueOf(e.getMessage()));
                }
                end(tls.alert());
            }
        }

        /** Both directions, whether the first got on or not. */
        private boolean transfer() throws SSLException {
            boolean read = decrypt();
            return encrypt() || read;
        }

        private boolean handshake() throws SSLException {
            return switch (tls.status()) {
                case NEED_TASK -> tls.runTask();
                case NEED_WRAP -> wrap();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case FINISHED, NOT_HANDSHAKING -> true;
            };
        }

        /** What the engine itself has to say; several records go as one piece. */
        private boolean wrap() throws SSLException {
            if (isClosed(cipherOut)) {
                // Nothing can be said any more: what comes is read only for its end.
                cipher = TlsEngine.NOTHING;
                starved = true;
            }
            if (isClosed(cipherOut) || !isAvailable(cipherOut)) {
                return false;
            }
            int record = tls.recordBytes();
            ByteBuffer out = ByteBuffer.allocate(4 * record);
            boolean more = true;
            while (more) {
                SSLEngineResult result = tls.wrap(TlsEngine.NOTHING, out);
                more = result.bytesProduced() > 0
                        && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                        && out.remaining() >= record;
            }
            boolean progress = out.position() > 0;
            give(out);
            if (tls.isOutboundDone()) {
                end(ByteString.emptyByteString());
            }
            return progress;
        }

        private boolean encrypt() throws SSLException {
            if (isClosed(cipherOut) || !isAvailable(cipherOut)) {
                return false;
            }
            if (!plain.hasRemaining()) {
                return isClosed(plainIn) && closeOutput();
            }
            int record = tls.recordBytes();
            int length = Math.min(plain.remaining(), PIECE_BYTES);
            int overhead = record - RECORD_BYTES;
            ByteBuffer out = ByteBuffer.allocate(length + (length / RECORD_BYTES + 1) * overhead + record);
            while (plain.hasRemaining() && out.remaining() >= record) {
                SSLEngineResult result = tls.wrap(plain, out);
                if (result.bytesConsumed() == 0 || isHandshaking(result)) {
                    break;
                }
            }
            boolean progress = out.position() > 0;
            give(out);
            if (tls.isOutboundDone()) {
                end(ByteString.emptyByteString());
            }
            return progress;
        }

        /** The answer is whole: says so, and ends this direction only. */
        private boolean closeOutput() throws SSLException {
            ByteString lastWord = tls.closeNotify();
            if (!lastWord.isEmpty()) {
                push(cipherOut, lastWord);
            }
            complete(cipherOut);
            return false;
        }

        /** During a handshake: one record. */
        private boolean unwrap() throws SSLException {
            if (starved || tls.isInboundDone()) {
                return false;
            }
            ByteBuffer out = ByteBuffer.allocate(tls.plainBytes());
            SSLEngineResult result = unwrap(out);
            decrypted = decrypted.concat(TlsEngine.bytes(out));
            return result.bytesConsumed() > 0 || tls.status() != HandshakeStatus.NEED_UNWRAP;
        }

        private boolean decrypt() throws SSLException {
            if (decrypted.isEmpty() && !starved && !tls.isInboundDone() && isWanted()) {
                int room = tls.plainBytes();
                ByteBuffer out = ByteBuffer.allocate(Math.min(cipher.remaining(), PIECE_BYTES) + room);
                SSLEngineResult result = unwrap(out);
                while (result.bytesConsumed() > 0
                        && !isHandshaking(result)
                        && !starved
                        && !tls.isInboundDone()
                        && out.remaining() >= room) {
                    result = unwrap(out);
                }
                decrypted = TlsEngine.bytes(out);
                if (decrypted.isEmpty()) {
                    return result.bytesConsumed() > 0 || isHandshaking(result);
                }
            }
            if (decrypted.isEmpty() || isClosed(plainOut) || !isAvailable(plainOut)) {
                return false;
            }
            push(plainOut, decrypted);
            decrypted = ByteString.emptyByteString();
            return true;
        }

        private boolean isWanted() {
            return !isClosed(plainOut) && isAvailable(plainOut);
        }

        private SSLEngineResult unwrap(ByteBuffer out) throws SSLException {
            SSLEngineResult result = tls.unwrap(cipher, out);
            starved = result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW || !cipher.hasRemaining();
            return result;
        }

        /** After the client's last word, be it said or only the end of the socket's bytes. */
        private void endInput() {
            boolean ended = tls.isInboundDone() || (isClosed(cipherIn) && starved);
            if (ended && !tls.isHandshaken()) {
                end(ByteString.emptyByteString());
            } else if (ended && decrypted.isEmpty() && !isClosed(plainOut)) {
                complete(plainOut);
            }
        }

        private void askForMore() {
            if (over) {
                return;
            }
            boolean handshaking = !tls.isHandshaken() || isHandshaking();
            if (starved && (handshaking || isWanted() || tls.isInboundDone())) {
                readOn();
            }
            boolean wanted = !isClosed(cipherOut) && isAvailable(cipherOut) && !plain.hasRemaining();
            if (wanted && !handshaking && !isClosed(plainIn) && !hasBeenPulled(plainIn)) {
                pull(plainIn);
            }
        }

        private boolean isHandshaking() {
            return tls.isHandshaking(tls.status(), isClosed(cipherOut));
        }

        private boolean isHandshaking(SSLEngineResult result) {
            return tls.isHandshaking(result.getHandshakeStatus(), isClosed(cipherOut));
        }

        private void readOn() {
            if (!isClosed(cipherIn) && !hasBeenPulled(cipherIn)) {
                pull(cipherIn);
            }
        }

        private void give(ByteBuffer out) {
            if (out.position() > 0) {
                push(cipherOut, TlsEngine.bytes(out));
            }
        }

        /** Says a last word; the socket is read on for a while, or the client would get a reset instead of it. */
        private void end(ByteString lastWord) {
            over = true;
            cancelTimer(HANDSHAKE_LIMIT);
            scheduleOnce(LINGER, handshakeLimit);
            if (!isClosed(plainIn)) {
                cancel(plainIn);
            }
            if (!isClosed(plainOut)) {
                complete(plainOut);
            }
            if (!isClosed(cipherOut)) {
                if (lastWord.isEmpty()) {
                    complete(cipherOut);
                } else {
                    emit(cipherOut, lastWord, () -> complete(cipherOut));
                }
            }
            readOn();
        }

        private final class FromSocket extends AbstractInHandler {
            @Override
            public void onPush() {
                ByteString bytes = grab(cipherIn);
                if (!begun && !bytes.isEmpty()) {
                    begun = true;
                    scheduleOnce(HANDSHAKE_LIMIT, handshakeLimit);
                    if (bytes.apply(0) != HANDSHAKE_RECORD) {
                        refused.accept("it does not speak TLS");
                        end(NOT_TLS_ANSWER);
                        return;
                    }
                }
                if (!over && !tls.isInboundDone()) {
                    ByteBuffer all = ByteBuffer.allocate(cipher.remaining() + bytes.size());
                    all.put(cipher);
                    bytes.copyToBuffer(all);
                    cipher = all.flip();
                    starved = false;
                }
                run();
            }

            @Override
            public void onUpstreamFinish() {
                if (over) {
                    completeStage();
                } else {
                    run();
                }
            }
        }

        private final class ToServer extends AbstractOutHandler {
            @Override
            public void onPull() {
                run();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
                if (!isClosed(cipherIn)) {
                    cancel(cipherIn, cause);
                }
                run();
            }
        }

        private final class FromServer extends AbstractInHandler {
            @Override
            public void onPush() {
                plain = grab(plainIn).asByteBuffer();
                run();
            }

            @Override
            public void onUpstreamFinish() {
                if (tls.isHandshaken()) {
                    run();
                } else {
                    end(ByteString.emptyByteString());
                }
            }
        }

        private final class ToSocket extends AbstractOutHandler {
            @Override
            public void onPull() {
                run();
            }
        }
    }
}
