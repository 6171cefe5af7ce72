package flare.s3;

import flare.config.HttpSettings;
import flare.http.Headers;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BodyChecks;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;

/** A body that is a document: read whole, within {@code flare.http.max-document}, and held to the digests declared of it. */
final class DocumentBody {

    private DocumentBody() {}

    /** Fails with ENTITY_TOO_LARGE, BAD_DIGEST, INVALID_DIGEST. */
    static CompletionStage<byte[]> read(AuthorizedRequest request, HttpSettings limits, Materializer materializer) {
        Headers headers = request.head().headers();
        BodyChecks checks = ChecksumHeaders.of(headers, request.content(), Optional.empty());
        Optional<byte[]> md5 = ObjectHeaders.contentMd5(headers);
        return whole(request, limits, materializer).thenApply(bytes -> {
            checks.verified(bytes);
            byte[] document = bytes.toArray();
            if (md5.isPresent() && !MessageDigest.isEqual(md5.get(), md5(document))) {
                throw new FlareException(Fault.BAD_DIGEST, "Content-MD5 is not that of the document");
            }
            return document;
        });
    }

    /** Where digests in the headers speak of something else than the document. Fails with ENTITY_TOO_LARGE. */
    static CompletionStage<byte[]> unchecked(
            AuthorizedRequest request, HttpSettings limits, Materializer materializer) {
        return whole(request, limits, materializer).thenApply(ByteString::toArray);
    }

    private static CompletionStage<ByteString> whole(
            AuthorizedRequest request, HttpSettings limits, Materializer materializer) {
        long maxBytes = limits.maxDocument().bytes();
        if (request.content().length().orElse(0L) > maxBytes) {
            throw RequestBody.tooLarge(request.content().length().get(), maxBytes);
        }
        return request.content()
                .bytes()
                .statefulMap(
                        () -> new long[1],
                        (seen, piece) -> {
                            seen[0] += piece.size();
                            if (seen[0] > maxBytes) {
                                throw RequestBody.tooLarge(seen[0], maxBytes);
                            }
                            return Pair.create(seen, piece);
                        },
                        seen -> Optional.empty())
                .runFold(ByteString.emptyByteString(), ByteString::concat, materializer);
    }

    /** Whether a digest vouches for the body, as DeleteObjects wants. Throws {@link FlareException} for a malformed one. */
    static boolean isVouchedFor(AuthorizedRequest request) {
        Headers headers = request.head().headers();
        return ObjectHeaders.contentMd5(headers).isPresent() || ChecksumHeaders.isThere(headers, request.content());
    }

    private static byte[] md5(byte[] document) {
        try {
            return MessageDigest.getInstance("MD5").digest(document);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
