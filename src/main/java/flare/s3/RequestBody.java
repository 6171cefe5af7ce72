package flare.s3;

import flare.config.HttpSettings;
import flare.http.Headers;
import flare.http.RequestGuard;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A request's body: its length, and its bytes once, behind the {@link UploadGuard}. Read or settled on every path. */
final class RequestBody {

    /** That the frames of the smallest object may have: a chunk of a few bytes, signatures, trailers. */
    private static final long FRAMING_BYTES = 64 * 1024;

    private final HttpEntity entity;
    private final Headers headers;
    private final HttpSettings limits;
    private final long maxBytes;
    private final AtomicLong received = new AtomicLong();
    private final AtomicBoolean opened = new AtomicBoolean();
    private final CompletableFuture<Done> settled = new CompletableFuture<>();

    RequestBody(HttpEntity entity, Headers headers, HttpSettings limits, long maxBytes) {
        this.entity = entity;
        this.headers = headers;
        this.limits = limits;
        this.maxBytes = maxBytes;
    }

    static FlareException tooLarge(long bytes, long maxBytes) {
        return new FlareException(
                Fault.ENTITY_TOO_LARGE, "the body has " + bytes + " bytes, at most " + maxBytes + " are allowed");
    }

    /** As announced; empty for chunked transfer. Throws {@link FlareException} with ENTITY_TOO_LARGE past the limit. */
    Optional<Long> length() {
        return announced().map(this::allowed);
    }

    /** Throws {@link FlareException} with ENTITY_TOO_LARGE for a length past the limit. */
    long allowed(long length) {
        if (length > maxBytes) {
            throw tooLarge(length, maxBytes);
        }
        return length;
    }

    /** The type as Pekko understood it, for forms. */
    ContentType parsedContentType() {
        return entity.getContentType();
    }

    /** The type as it was sent, as far as is known. */
    Optional<String> contentType() {
        Optional<String> unparsed = headers.first(RequestGuard.CONTENT_TYPE).or(() -> headers.first("content-type"));
        if (unparsed.isPresent()) {
            return unparsed;
        }
        ContentType parsed = entity.getContentType();
        return parsed.equals(ContentTypes.NO_CONTENT_TYPE) ? Optional.empty() : Optional.of(parsed.toString());
    }

    /** Whether its client waits to be told to go on, but nothing would come. */
    boolean isAwaitedInVain() {
        return headers.has("expect") && entity.isKnownEmpty();
    }

    /** Of the body, so far. */
    long received() {
        return received.get();
    }

    /** All of it, where it came together with the head. */
    Optional<ByteString> atHand() {
        if (entity instanceof HttpEntity.Strict strict) {
            received.set(strict.getData().size());
            return Optional.of(strict.getData());
        }
        return Optional.empty();
    }

    /**
     * The same of an object that comes in frames: its length is what is limited ({@link #allowed}), and the frames' own bytes
     * may be as many as its and some more, which chunks of 128 bytes with signatures stay below.
     */
    Source<ByteString, ?> framed(long decodedBytes) {
        return bytes(decodedBytes + Math.max(decodedBytes, FRAMING_BYTES));
    }

    Source<ByteString, ?> bytes() {
        return bytes(maxBytes);
    }

    private Source<ByteString, ?> bytes(long limit) {
        Optional<ByteString> whole = atHand();
        if (whole.isPresent()) {
            return whole.get().isEmpty() ? Source.empty() : Source.single(whole.get());
        }
        UploadGuard.Body body = new UploadGuard.Body(announced().orElse(-1L), headers.has("expect"));
        // Who runs it first has it: a consumer may begin just as the answer is settled.
        return Source.fromMaterializer((materializer, attributes) -> {
            if (!opened.compareAndSet(false, true)) {
                return Source.<ByteString>failed(
                                new FlareException(Fault.INCOMPLETE_BODY, "the body is read, or given up, already"))
                        .mapMaterializedValue(none -> (Object) none);
            }
            return entity.withoutSizeLimit()
                    .getDataBytes()
                    .via(new UploadGuard(limits, body, limit, received, settled));
        });
    }

    /** Completes when the answer may be sent; what nobody has opened is opened and given up here. */
    CompletionStage<Done> settle(Materializer materializer) {
        if (entity.isStrict()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        if (!opened.get()) {
            bytes().runWith(Sink.cancelled(), materializer);
        }
        return settled;
    }

    /** Without judging it; empty for chunked transfer. */
    Optional<Long> announced() {
        return entity.getContentLengthOption().isPresent()
                ? Optional.of(entity.getContentLengthOption().getAsLong())
                : Optional.empty();
    }
}
