package flare.sigv4;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client's side of aws-chunked: a signed request and its body, in one piece. For the tests of other packages, too. */
public final class ChunkedBodies {

    private static final AccessKeyId ACCESS_KEY = new AccessKeyId("AKIAIOSFODNN7EXAMPLE");
    private static final SecretKey SECRET = SecretKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
    private static final Verifier VERIFIER =
            new Verifier(new Verifier.Rules("us-east-1", Duration.ofMinutes(15), true));

    /** The last of each body's lines, in the three modes: what a test may leave out or change. */
    public record Upload(VerifiedRequest request, byte[] body) {

        public ChunkedBody decoder() {
            return ChunkedBody.of(request);
        }

        public Upload withBody(byte[] changed) {
            return new Upload(request, changed);
        }
    }

    private ChunkedBodies() {}

    /** @param trailers announced and sent; only for payloads that have some */
    public static Upload upload(Payload payload, byte[] object, int chunkBytes, Map<String, String> trailers) {
        VerifiedRequest request = verified(payload, object.length, trailers);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        pieces(request, object, chunkBytes, trailers).forEach(body::writeBytes);
        return new Upload(request, body.toByteArray());
    }

    /**
     * The body of a request that is signed already, in pieces that tests may change, swap or leave out: each chunk with its
     * line, the last one's line, each trailer, the trailer's signature where there is one, and the line that ends it.
     *
     * @param now within the skew of the request's time
     */
    public static List<byte[]> pieces(
            WireRequest signed,
            SecretKey secret,
            Instant now,
            byte[] object,
            int chunkBytes,
            Map<String, String> trailers) {
        VerifiedRequest request = VERIFIER.verify(VERIFIER.claim(signed).orElseThrow(), secret, now);
        return pieces(request, object, chunkBytes, trailers);
    }

    private static List<byte[]> pieces(
            VerifiedRequest request, byte[] object, int chunkBytes, Map<String, String> trailers) {
        ChunkSignatures signatures = request.chunkSignatures();
        boolean signed = request.payload().mode().hasSignedChunks();
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < object.length; at += chunkBytes) {
            byte[] chunk = Arrays.copyOfRange(object, at, Math.min(at + chunkBytes, object.length));
            signatures.update(ByteBuffer.wrap(chunk));
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            piece.writeBytes(line(Integer.toHexString(chunk.length) + extension(signatures, signed)));
            piece.writeBytes(chunk);
            piece.writeBytes(line(""));
            pieces.add(piece.toByteArray());
        }
        pieces.add(line("0" + extension(signatures, signed)));
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(trailers).forEach((name, value) -> {
            pieces.add(line(name + ":" + value));
            lines.append(name).append(':').append(value).append('\n');
        });
        if (signed && request.payload().mode().hasTrailer()) {
            pieces.add(line("x-amz-trailer-signature:"
                    + signatures.trailer(lines.toString()).text()));
        }
        pieces.add(line(""));
        return pieces;
    }

    private static VerifiedRequest verified(Payload payload, int objectBytes, Map<String, String> trailers) {
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("host", List.of("objects.example"));
        headers.put("x-amz-decoded-content-length", List.of(Integer.toString(objectBytes)));
        if (!trailers.isEmpty()) {
            headers.put("x-amz-trailer", List.of(String.join(",", trailers.keySet())));
        }
        WireRequest signed = new Signer(ACCESS_KEY, SECRET, "us-east-1")
                .sign(new WireRequest("PUT", "/bucket/key", "", headers), payload, TIME);
        return VERIFIER.verify(VERIFIER.claim(signed).orElseThrow(), SECRET, TIME);
    }

    private static String extension(ChunkSignatures signatures, boolean signed) {
        String signature = signatures.next().text();
        return signed ? ";chunk-signature=" + signature : "";
    }

    private static byte[] line(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
