package flare.chunk;

import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SubscriptionWithCancelException;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a body into chunks of one size, the last one shorter; an empty body has none. A chunk is itself a source, so that
 * bytes flow on to the data nodes as they arrive and the memory of an upload depends neither on its length nor on the
 * chunk's.
 *
 * <pre>
 *                    ┌──────────┐   Chunk 0, Chunk 1, …
 *  body ──ByteString─►  Chunker  ├──────────────────────►
 *                    └────┬─────┘
 *                         └─ bytes of the open chunk, in pieces of PIECE_BYTES ─►
 * </pre>
 *
 * <p>A stage of its own because {@code splitAfter} hands over each arriving 8 KiB and takes a new substream's first
 * element by a slow path; here bytes cross to the chunk's stream in pieces of 128 KiB, the next one being gathered
 * while the last one is written; a body so slow that a piece would take long to gather is passed on now and then, so that
 * nobody behind takes the chunk's stream for dead. A chunk that is all there when its turn comes needs no substream at all.
 */
public final class Chunker extends GraphStage<FlowShape<ByteString, Chunk>> {

    /** Bytes gathered before they cross into the chunk's own stream. */
    public static final int PIECE_BYTES = 128 * 1024;

    private static final Duration FLUSH_EVERY = Duration.ofSeconds(5);

    private final Inlet<ByteString> in = Inlet.create("Chunker.in");
    private final Outlet<Chunk> out = Outlet.create("Chunker.out");
    private final FlowShape<ByteString, Chunk> shape = FlowShape.of(in, out);
    private final int chunkBytes;
    private final int holdBytes;
    private final Duration flushEvery;

    /**
     * @param chunkBytes of every chunk but the last
     * @param holdBytes the first chunk is not handed on before more than this has come or the body has ended, so that
     *     the caller can tell a body of at most this length
     */
    public Chunker(int chunkBytes, int holdBytes) {
        this(chunkBytes, holdBytes, FLUSH_EVERY);
    }

    Chunker(int chunkBytes, int holdBytes, Duration flushEvery) {
        if (chunkBytes < 1 || holdBytes < 0) {
            throw new IllegalArgumentException("chunks of " + chunkBytes + " bytes, first " + holdBytes + " held");
        }
        this.chunkBytes = chunkBytes;
        this.holdBytes = holdBytes;
        this.flushEvery = flushEvery;
    }

    @Override
    public FlowShape<ByteString, Chunk> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {

        private final PieceBuffer buffer = new PieceBuffer();
        private @Nullable SubSourceOutlet<ByteString> open;
        private int openLeftBytes;
        private int ordinal;
        private boolean bodyEnded;
        private boolean fedSinceTick;

        Logic() {
            super(shape);
            setHandler(in, new BodyHandler());
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    advance();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    failOpen(cause);
                    cancelStage(cause);
                }
            });
        }

        @Override
        public void preStart() {
            scheduleWithFixedDelay("flush", flushEvery, flushEvery);
        }

        @Override
        public void onTimer(Object key) {
            SubSourceOutlet<ByteString> chunk = open;
            if (chunk != null && !fedSinceTick && chunk.isAvailable() && buffer.size() > 0) {
                pushPiece(chunk);
                advance();
            }
            fedSinceTick = false;
        }

        /** Does what the bytes at hand and the demand allow, then asks for more bytes if those are what is missing. */
        private void advance() {
            boolean moved = true;
            while (moved) {
                moved = open == null ? startChunk() : feed(open);
            }
        }

        /** Hands on the next chunk. False when it has to wait or there is none. */
        private boolean startChunk() {
            if (bodyEnded && buffer.size() == 0) {
                completeStage();
                return false;
            }
            if (!bodyEnded && buffer.size() < bytesToStart()) {
                pullBody();
                return false;
            }
            if (!isAvailable(out)) {
                return false;
            }
            if (bodyEnded || buffer.size() >= chunkBytes) {
                pushWhole();
            } else {
                pushStreamed();
            }
            return true;
        }

        private int bytesToStart() {
            int piece = Math.min(PIECE_BYTES, chunkBytes);
            return ordinal == 0 ? Math.max(holdBytes + 1, piece) : piece;
        }

        private void pushWhole() {
            ByteString whole = buffer.take(Math.min(buffer.size(), chunkBytes));
            boolean endsBody = bodyEnded && buffer.size() == 0;
            push(out, new Chunk(ordinal++, Optional.of(whole), endsBody, Source.single(whole)));
        }

        private void pushStreamed() {
            SubSourceOutlet<ByteString> outlet = new SubSourceOutlet<>("Chunker.chunk-" + ordinal);
            outlet.setHandler(new AbstractOutHandler() {
                @Override
                public void onPull() {
                    advance();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    // The rest of the body has no use without this chunk; its reader's reason goes both ways.
                    failStage(failureOf(cause));
                }
            });
            open = outlet;
            openLeftBytes = chunkBytes;
            push(out, new Chunk(ordinal++, Optional.empty(), false, Source.fromGraph(outlet.source())));
        }

        /** Gives the open chunk its next piece, or its end. False when it has to wait. */
        private boolean feed(SubSourceOutlet<ByteString> chunk) {
            if (openLeftBytes == 0 || (bodyEnded && buffer.size() == 0)) {
                chunk.complete();
                open = null;
                return true;
            }
            if (!bodyEnded && buffer.size() < Math.min(PIECE_BYTES, openLeftBytes)) {
                pullBody();
                return false;
            }
            if (!chunk.isAvailable()) {
                return false;
            }
            pushPiece(chunk);
            return true;
        }

        private void pushPiece(SubSourceOutlet<ByteString> chunk) {
            ByteString piece = buffer.take(Math.min(buffer.size(), openLeftBytes));
            openLeftBytes -= piece.size();
            fedSinceTick = true;
            chunk.push(piece);
        }

        private void pullBody() {
            if (!hasBeenPulled(in)) {
                pull(in);
            }
        }

        private void failOpen(Throwable cause) {
            if (open != null && !open.isClosed()) {
                open.fail(failureOf(cause));
            }
            open = null;
        }

        private Throwable failureOf(Throwable cause) {
            return cause instanceof SubscriptionWithCancelException.NonFailureCancellation
                    ? new IllegalStateException("chunk " + (ordinal - 1) + " was given up before its end")
                    : cause;
        }

        private final class BodyHandler extends AbstractInHandler {
            @Override
            public void onPush() {
                buffer.add(grab(in));
                advance();
            }

            @Override
            public void onUpstreamFinish() {
                bodyEnded = true;
                advance();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
                failOpen(failure);
                failStage(failure);
            }
        }
    }
}
