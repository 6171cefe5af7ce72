package flare.s3;

import flare.config.HttpSettings;
import flare.http.Headers;
import flare.model.FlareException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A body that is a document: read whole, within {@code flare.http.max-document}, and held to the digests declared of it. */
final class DocumentBody {

    private DocumentBody() {}

    /** Fails with ENTITY_TOO_LARGE, BAD_DIGEST, INVALID_DIGEST. */
    static CompletionStage<byte[]> read(AuthenticatedRequest request, HttpSettings limits, Materializer materializer) {
        Headers headers = request.head().headers();
        long maxBytes = limits.maxDocument().bytes();
        if (request.content().length().orElse(0L) > maxBytes) {
            throw RequestBody.tooLarge(request.content().length().get(), maxBytes);
        }
        Source<ByteString, ?> checked =
                DeclaredDigest.checked(headers, ObjectHeaders.contentMd5(headers), request.content());
        return checked.statefulMap(
                        () -> new long[1],
                        (seen, piece) -> {
                            seen[0] += piece.size();
                            if (seen[0] > maxBytes) {
                                throw RequestBody.tooLarge(seen[0], maxBytes);
                            }
                            return org.apache.pekko.japi.Pair.create(seen, piece);
                        },
                        seen -> java.util.Optional.empty())
                .runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
                .thenApply(ByteString::toArray);
    }

    /** Whether a digest vouches for the body, as DeleteObjects wants. Throws {@link FlareException} for a malformed one. */
    static boolean isVouchedFor(Headers headers) {
        return ObjectHeaders.contentMd5(headers).isPresent() || !DeclaredDigest.none(headers);
    }
}
