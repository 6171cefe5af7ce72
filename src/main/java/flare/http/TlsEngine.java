package flare.http;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.apache.pekko.util.ByteString;

/** One connection's engine, of the server's side, with what {@link TlsStage} asks of it beyond bytes for bytes. */
final class TlsEngine {

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private boolean handshaken;

    TlsEngine(SSLEngine engine) {
        this.engine = engine;
    }

    void begin() throws SSLException {
        engine.beginHandshake();
    }

    boolean isHandshaken() {
        return handshaken;
    }

    HandshakeStatus status() {
        return engine.getHandshakeStatus();
    }

    boolean isInboundDone() {
        return engine.isInboundDone();
    }

    boolean isOutboundDone() {
        return engine.isOutboundDone();
    }

    /** The longest record, encrypted. */
    int recordBytes() {
        return engine.getSession().getPacketBufferSize();
    }

    /** The longest record, decrypted. */
    int plainBytes() {
        return engine.getSession().getApplicationBufferSize();
    }

    /** Whether there was one. */
    boolean runTask() {
        Runnable task = engine.getDelegatedTask();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    SSLEngineResult wrap(ByteBuffer plain, ByteBuffer out) throws SSLException {
        return watched(engine.wrap(plain, out));
    }

    SSLEngineResult unwrap(ByteBuffer cipher, ByteBuffer out) throws SSLException {
        return watched(engine.unwrap(cipher, out));
    }

    private SSLEngineResult watched(SSLEngineResult result) throws SSLException {
        boolean open = !engine.isInboundDone() && !engine.isOutboundDone();
        if (handshaken && open && !isTls13() && isHandshaking(result.getHandshakeStatus(), false)) {
            engine.closeOutbound();
            throw new SSLException("a new handshake costs the server far more than the client, and is not needed");
        }
        handshaken |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
        return result;
    }

    /** Once one direction has ended, Java's engine asks without end that the other does: in TLS 1.3 it may go on. */
    boolean isHandshaking(HandshakeStatus status, boolean outputEnded) {
        return switch (status) {
            case FINISHED, NOT_HANDSHAKING -> false;
            case NEED_WRAP -> !handshaken || !engine.isInboundDone() || !isTls13();
            case NEED_UNWRAP -> !handshaken || !outputEnded;
            case NEED_TASK, NEED_UNWRAP_AGAIN -> true;
        };
    }

    /** The last word of this direction. */
    ByteString closeNotify() throws SSLException {
        engine.closeOutbound();
        ByteBuffer out = ByteBuffer.allocate(4 * recordBytes());
        SSLEngineResult result = engine.wrap(NOTHING, out);
        while (!engine.isOutboundDone() && result.bytesProduced() > 0) {
            result = engine.wrap(NOTHING, out);
        }
        return bytes(out);
    }

    /** What the engine says of its failure, if anything. */
    ByteString alert() {
        try {
            ByteBuffer out = ByteBuffer.allocate(2 * recordBytes());
            engine.wrap(NOTHING, out);
            return bytes(out);
        } catch (SSLException e) {
            return ByteString.emptyByteString();
        }
    }

    /** What was put into a buffer, which is not to be used any more. */
    static ByteString bytes(ByteBuffer out) {
        return ByteString.fromArrayUnsafe(out.array(), out.arrayOffset(), out.position());
    }

    private boolean isTls13() {
        return engine.getSession().getProtocol().equals("TLSv1.3");
    }
}
