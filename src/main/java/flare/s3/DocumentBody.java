package flare.s3;

import flare.config.HttpSettings;
import flare.http.Headers;
import flare.model.FlareException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A body that is a document: read whole, within {@code flare.http.max-document}, and held to the digests declared of it. */
final class DocumentBody {

    private DocumentBody() {}

    /** Fails with ENTITY_TOO_LARGE, BAD_DIGEST, INVALID_DIGEST. */
    static CompletionStage<byte[]> read(AuthenticatedRequest request, HttpSettings limits, Materializer materializer) {
        Headers headers = request.head().headers();
        return whole(
                request,
                limits,
                materializer,
                DeclaredDigest.checked(headers, ObjectHeaders.contentMd5(headers), request.content()));
    }

    /** Where digests in the headers speak of something else than the document. Fails with ENTITY_TOO_LARGE. */
    static CompletionStage<byte[]> unchecked(
            AuthenticatedRequest request, HttpSettings limits, Materializer materializer) {
        return whole(request, limits, materializer, request.content().bytes());
    }

    private static CompletionStage<byte[]> whole(
            AuthenticatedRequest request, HttpSettings limits, Materializer materializer, Source<ByteString, ?> bytes) {
        long maxBytes = limits.maxDocument().bytes();
        if (request.content().length().orElse(0L) > maxBytes) {
            throw RequestBody.tooLarge(request.content().length().get(), maxBytes);
        }
        return bytes.statefulMap(
                        () -> new long[1],
                        (seen, piece) -> {
                            seen[0] += piece.size();
                            if (seen[0] > maxBytes) {
                                throw RequestBody.tooLarge(seen[0], maxBytes);
                            }
                            return Pair.create(seen, piece);
                        },
                        seen -> Optional.empty())
                .runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
                .thenApply(ByteString::toArray);
    }

    /** Whether a digest vouches for the body, as DeleteObjects wants. Throws {@link FlareException} for a malformed one. */
    static boolean isVouchedFor(Headers headers) {
        return ObjectHeaders.contentMd5(headers).isPresent() || !DeclaredDigest.none(headers);
    }
}
