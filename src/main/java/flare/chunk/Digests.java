package flare.chunk;

import flare.model.Fault;
import flare.model.FlareException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Passes a body through unchanged and says at its end what it was: its length and, where wanted, its MD5. A body of
 * another length than announced fails here with INCOMPLETE_BODY, one past the limit with ENTITY_TOO_LARGE; so does one
 * that breaks off, whatever broke it.
 *
 * <p>Stands before the {@link Chunker} in the body's own stream: the chunks run in streams of theirs, so hashing the next
 * piece and writing the last one happen at once.
 */
public final class Digests
        extends AbstractGraphStageWithMaterializedValue<
                FlowShape<ByteString, ByteString>, CompletionStage<Digests.Summary>> {

    private final Inlet<ByteString> in = Inlet.create("Digests.in");
    private final Outlet<ByteString> out = Outlet.create("Digests.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final boolean wantsMd5;
    private final Optional<Long> announcedBytes;
    private final long maxBytes;

    /**
     * @param announcedBytes the length the body must have, if it is known
     * @param maxBytes the longest body allowed
     */
    public Digests(boolean wantsMd5, Optional<Long> announcedBytes, long maxBytes) {
        this.wantsMd5 = wantsMd5;
        this.announcedBytes = announcedBytes;
        this.maxBytes = maxBytes;
    }

    /** @param md5 16 bytes, if it was wanted */
    public record Summary(long length, Optional<byte[]> md5) {}

    /** A new MD5, which every Java platform has. */
    public static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<Summary>> createLogicAndMaterializedValuePair(Attributes attributes) {
        CompletableFuture<Summary> summary = new CompletableFuture<>();
        return Pair.create(new Logic(summary), summary);
    }

    private final class Logic extends GraphStageLogic {

        private final CompletableFuture<Summary> summary;
        private final @Nullable MessageDigest md5 = wantsMd5 ? newMd5() : null;
        private long length;

        Logic(CompletableFuture<Summary> summary) {
            super(shape);
            this.summary = summary;
            setHandler(in, new BodyHandler());
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }
            });
        }

        @Override
        public void postStop() {
            summary.completeExceptionally(new IllegalStateException("the body was not read to its end"));
        }

        private void refuse(Fault fault, String message) {
            FlareException refusal = new FlareException(fault, message);
            summary.completeExceptionally(refusal);
            failStage(refusal);
        }

        private void hash(ByteString bytes, MessageDigest digest) {
            if (bytes.isCompact()) {
                digest.update(bytes.toArrayUnsafe());
            } else {
                for (ByteBuffer buffer : bytes.getByteBuffers()) {
                    digest.update(buffer);
                }
            }
        }

        private final class BodyHandler extends AbstractInHandler {
            @Override
            public void onPush() {
                ByteString bytes = grab(in);
                length += bytes.size();
                if (length > announcedBytes.orElse(Long.MAX_VALUE)) {
                    refuse(
                            Fault.INCOMPLETE_BODY,
                            "the body goes on past the announced " + announcedBytes.get() + " bytes");
                } else if (length > maxBytes) {
                    refuse(Fault.ENTITY_TOO_LARGE, "the body is longer than the " + maxBytes + " bytes allowed");
                } else {
                    if (md5 != null) {
                        hash(bytes, md5);
                    }
                    push(out, bytes);
                }
            }

            @Override
            public void onUpstreamFinish() {
                if (length != announcedBytes.orElse(length)) {
                    refuse(
                            Fault.INCOMPLETE_BODY,
                            "the body ended after " + length + " of the announced " + announcedBytes.get() + " bytes");
                } else {
                    summary.complete(
                            new Summary(length, Optional.ofNullable(md5).map(MessageDigest::digest)));
                    completeStage();
                }
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
                Throwable named = failure instanceof FlareException
                        ? failure
                        : new FlareException(
                                Fault.INCOMPLETE_BODY, "the body broke off after " + length + " bytes", failure);
                summary.completeExceptionally(named);
                failStage(named);
            }
        }
    }
}
