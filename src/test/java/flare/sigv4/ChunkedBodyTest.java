package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedBodyTest {

    private static final Map<String, String> TRAILER = Map.of("x-amz-checksum-crc32", "AAAAAA==");
    private static final byte[] OBJECT =
            "the quick brown fox jumps over the lazy dog".getBytes(StandardCharsets.US_ASCII);
    private static final List<Payload> MODES =
            List.of(Payload.SIGNED_CHUNKS, Payload.SIGNED_CHUNKS_WITH_TRAILER, Payload.UNSIGNED_CHUNKS_WITH_TRAILER);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 4096})
    void decodesInPiecesOfAnySize(int pieceBytes) {
        for (Payload mode : MODES) {
            for (int objectBytes : List.of(0, 1, 15, 16, 17, OBJECT.length)) {
                byte[] object = Arrays.copyOf(OBJECT, objectBytes);
                assertThat(decoded(upload(mode, object), pieceBytes)).isEqualTo(object);
            }
        }
    }

    @Test
    void decodesRandomBodiesInRandomPieces() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] object = new byte[random.nextInt(20_000)];
            random.nextBytes(object);
            ChunkedBodies.Upload upload = ChunkedBodies.upload(
                    Payload.SIGNED_CHUNKS_WITH_TRAILER, object, 1 + random.nextInt(9_000), TRAILER);
            assertThat(decoded(upload, 1 + random.nextInt(5_000)))
                    .as("seed %d", seed)
                    .isEqualTo(object);
        }
    }

    @Test
    void tellsTheTrailersOnceAllHeld() {
        ChunkedBodies.Upload upload = upload(Payload.UNSIGNED_CHUNKS_WITH_TRAILER, OBJECT);
        ChunkedBody decoder = upload.decoder();
        decoder.decode(ByteBuffer.wrap(upload.body()));
        assertThat(decoder.finish()).isEqualTo(TRAILER);
        assertThat(decoder.decodedBytes()).isEqualTo(OBJECT.length);
    }

    /** The signature is no protection against bits that mean the same: the case of a chunk's size, and of a trailer's name. */
    @Test
    void refusesASignedBodyWithAnyBitChanged() {
        for (Payload mode : List.of(Payload.SIGNED_CHUNKS, Payload.SIGNED_CHUNKS_WITH_TRAILER)) {
            ChunkedBodies.Upload upload = upload(mode, OBJECT);
            String original = new String(upload.body(), StandardCharsets.ISO_8859_1);
            for (int at = 0; at < upload.body().length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] changed = upload.body().clone();
                    changed[at] ^= (byte) (1 << bit);
                    boolean sameMeaning = Character.isLetter(original.charAt(at))
                            && bit == 5
                            && original.substring(0, at).matches("(?s).*(\r\n[0-9a-f]*|\r\nx[a-z0-9-]*|^[0-9a-f]*)");
                    if (!sameMeaning) {
                        assertThat(isAccepted(upload.withBody(changed)))
                                .as("%s, byte %d, bit %d", mode, at, bit)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void refusesChunksSwappedRepeatedAndLeftOut() {
        ChunkedBodies.Upload upload = ChunkedBodies.upload(Payload.SIGNED_CHUNKS, new byte[48], 16, Map.of());
        String body = new String(upload.body(), StandardCharsets.ISO_8859_1);
        int chunk = body.indexOf("10;chunk-signature", 1);
        String first = body.substring(0, chunk);
        String second = body.substring(chunk, 2 * chunk);
        String rest = body.substring(2 * chunk);
        for (String forged : List.of(second + first + rest, first + first + rest)) {
            assertThat(faultOf(upload, forged)).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        }
        assertThat(faultOf(upload, first + rest)).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        assertThat(faultOf(upload, first + second + second + rest))
                .isIn(SignatureFault.SIGNATURE_MISMATCH, SignatureFault.INCOMPLETE_CHUNKS);
    }

    @Test
    void refusesChunksOfAnotherRequest() {
        ChunkedBodies.Upload one = ChunkedBodies.upload(Payload.SIGNED_CHUNKS, OBJECT, 16, Map.of());
        ChunkedBodies.Upload other =
                ChunkedBodies.upload(Payload.SIGNED_CHUNKS, new byte[OBJECT.length + 1], 16, Map.of());
        assertThat(faultOf(other, new String(one.body(), StandardCharsets.ISO_8859_1)))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesASignedBodyCutAtAnyByte() {
        ChunkedBodies.Upload upload = upload(Payload.SIGNED_CHUNKS_WITH_TRAILER, OBJECT);
        for (int length = 0; length < upload.body().length; length++) {
            String cut = new String(upload.body(), 0, length, StandardCharsets.ISO_8859_1);
            assertThat(faultOf(upload, cut)).as("cut at %d", length).isEqualTo(SignatureFault.INCOMPLETE_CHUNKS);
        }
    }

    @Test
    void refusesATrailerWithoutItsSignatureAndAChunkWithoutOne() {
        ChunkedBodies.Upload upload = upload(Payload.SIGNED_CHUNKS_WITH_TRAILER, OBJECT);
        String body = new String(upload.body(), StandardCharsets.ISO_8859_1);
        assertThat(faultOf(upload, body.replaceAll("x-amz-trailer-signature:[0-9a-f]*\r\n", "")))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        assertThat(faultOf(upload, body.replaceAll(";chunk-signature=[0-9a-f]*", "")))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesTrailersNotAnnouncedNotSentAndSentTwice() {
        ChunkedBodies.Upload upload = upload(Payload.UNSIGNED_CHUNKS_WITH_TRAILER, OBJECT);
        String body = new String(upload.body(), StandardCharsets.ISO_8859_1);
        String line = "x-amz-checksum-crc32:AAAAAA==\r\n";
        assertThat(body).contains(line);
        for (String instead : List.of("", line + line, line + "x-amz-meta-a:b\r\n", "x-amz-checksum-sha1:AAAA\r\n")) {
            assertThat(faultOf(upload, body.replace(line, instead))).isEqualTo(SignatureFault.MALFORMED_TRAILER);
        }
    }

    @Test
    void readsTheSignaturesOfARequestThatNobodyHadToSignWithoutCheckingThem() {
        ChunkedBodies.Upload upload = upload(Payload.SIGNED_CHUNKS, OBJECT);
        byte[] forged = new String(upload.body(), StandardCharsets.ISO_8859_1)
                .replaceAll("chunk-signature=.", "chunk-signature=x")
                .getBytes(StandardCharsets.ISO_8859_1);
        ChunkedBody decoder =
                ChunkedBody.ofAnyone(new ChunkedFraming(PayloadMode.SIGNED_CHUNKS, OBJECT.length, Set.of()));
        assertThat(collected(decoder, forged, 5)).isEqualTo(OBJECT);
    }

    @Test
    void readsWhatIsAnnounced() {
        WireRequest request = Examples.request(
                "PUT",
                "/k",
                "x-amz-decoded-content-length",
                "12",
                "x-amz-trailer",
                "x-amz-checksum-crc32 , X-Amz-Checksum-SHA1",
                "x-amz-trailer",
                "x");
        assertThat(ChunkedFraming.of(PayloadMode.UNSIGNED_CHUNKS_WITH_TRAILER, request))
                .isEqualTo(new ChunkedFraming(
                        PayloadMode.UNSIGNED_CHUNKS_WITH_TRAILER,
                        12,
                        Set.of("x-amz-checksum-crc32", "x-amz-checksum-sha1", "x")));
    }

    @Test
    void refusesWhatIsAnnouncedBadlyByItsName() {
        assertThat(framingFault("x-amz-other", "1")).isEqualTo(SignatureFault.NO_DECODED_LENGTH);
        for (String length : List.of("", "-1", "+1", "1.5", "abc", "9".repeat(19), "\u0661")) {
            assertThat(framingFault("x-amz-decoded-content-length", length))
                    .isEqualTo(SignatureFault.BAD_DECODED_LENGTH);
        }
        assertThat(framingFault("x-amz-decoded-content-length", "1", "x-amz-decoded-content-length", "1"))
                .isEqualTo(SignatureFault.BAD_DECODED_LENGTH);
        assertThat(framingFault("x-amz-decoded-content-length", "1", "x-amz-trailer", "a,b,c,d,e,f,g,h,i"))
                .isEqualTo(SignatureFault.MALFORMED_TRAILER);
        WireRequest trailer = Examples.request("PUT", "/", "x-amz-decoded-content-length", "1", "x-amz-trailer", "a");
        assertThat(Examples.faultOf(() -> ChunkedFraming.of(PayloadMode.SIGNED_CHUNKS, trailer)))
                .isEqualTo(SignatureFault.MALFORMED_TRAILER);
    }

    @Test
    void coversEveryChunkedMode() {
        assertThat(MODES.stream().map(Payload::mode).toList())
                .containsExactlyInAnyOrderElementsOf(EnumSet.allOf(PayloadMode.class).stream()
                        .filter(PayloadMode::isChunked)
                        .toList());
    }

    private static SignatureFault framingFault(String... headers) {
        WireRequest request = Examples.request("PUT", "/k", headers);
        return Examples.faultOf(() -> ChunkedFraming.of(PayloadMode.UNSIGNED_CHUNKS_WITH_TRAILER, request));
    }

    private static ChunkedBodies.Upload upload(Payload payload, byte[] object) {
        return ChunkedBodies.upload(payload, object, 16, payload.mode().hasTrailer() ? TRAILER : Map.of());
    }

    private static SignatureFault faultOf(ChunkedBodies.Upload upload, String body) {
        return Examples.faultOf(() -> decoded(upload.withBody(body.getBytes(StandardCharsets.ISO_8859_1)), 4096));
    }

    private static boolean isAccepted(ChunkedBodies.Upload upload) {
        try {
            decoded(upload, 4096);
            return true;
        } catch (SignatureRefusedException refused) {
            return false;
        }
    }

    private static byte[] decoded(ChunkedBodies.Upload upload, int pieceBytes) {
        return collected(upload.decoder(), upload.body(), pieceBytes);
    }

    private static byte[] collected(ChunkedBody decoder, byte[] body, int pieceBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; at += pieceBytes) {
            ByteBuffer piece = ByteBuffer.wrap(body, at, Math.min(pieceBytes, body.length - at));
            decoder.decode(piece)
                    .forEach(bytes ->
                            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
        }
        decoder.finish();
        return out.toByteArray();
    }
}
