package flare.sigv4;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client's side of aws-chunked: a signed request and its body, in one piece. For the tests of other packages, too. */
public final class ChunkedBodies {

    private static final AccessKeyId ACCESS_KEY = new AccessKeyId("AKIAIOSFODNN7EXAMPLE");
    private static final SecretKey SECRET = SecretKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
    private static final Verifier VERIFIER = new Verifier(new Verifier.Rules("us-east-1", Duration.ofMinutes(15)));

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
        ChunkSignatures signatures = request.chunkSignatures();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean signed = payload.mode().hasSignedChunks();
        for (int at = 0; at < object.length; at += chunkBytes) {
            byte[] chunk = Arrays.copyOfRange(object, at, Math.min(at + chunkBytes, object.length));
            signatures.update(ByteBuffer.wrap(chunk));
            line(body, Integer.toHexString(chunk.length) + extension(signatures, signed));
            body.writeBytes(chunk);
            line(body, "");
        }
        line(body, "0" + extension(signatures, signed));
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(trailers).forEach((name, value) -> {
            line(body, name + ":" + value);
            lines.append(name).append(':').append(value).append('\n');
        });
        if (signed && payload.mode().hasTrailer()) {
            line(
                    body,
                    "x-amz-trailer-signature:"
                            + signatures.trailer(lines.toString()).text());
        }
        line(body, "");
        return new Upload(request, body.toByteArray());
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

    private static void line(ByteArrayOutputStream body, String text) {
        body.writeBytes((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
