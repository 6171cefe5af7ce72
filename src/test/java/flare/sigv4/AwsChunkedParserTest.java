package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AwsChunkedParserTest {

    private static final int ANNOUNCED = 16;
    private static final String SIGNATURE = "0".repeat(64);

    @Test
    void tellsWhatABodyConsistsOf() {
        String body = "A\r\n0123456789\r\n06\r\nabcdef\r\n0\r\nX-Amz-Checksum-CRC32: AAAA \r\n\r\n";
        for (int pieceBytes : List.of(1, 2, 3, 4096)) {
            AwsChunkedParser parser = unsigned();
            assertThat(transcript(parser, body, pieceBytes))
                    .isEqualTo("<10>0123456789</><6>abcdef</><0></>x-amz-checksum-crc32=AAAA.");
            assertThat(parser.isDone()).isTrue();
            parser.finish();
        }
    }

    /** As minio-go ends its trailers, signed and unsigned. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4096})
    void forgivesATrailerThatEndsWithABareLineFeed(int pieceBytes) {
        String sixteen = "10\r\n0123456789abcdef\r\n0\r\n";
        assertThat(transcript(unsigned(), sixteen + "a:1\n\r\n\r\n", pieceBytes))
                .isEqualTo("<16>0123456789abcdef</><0></>a=1.");
        assertThat(transcript(unsigned(), sixteen + "a:1\nb:2\n\r\n\r\n", pieceBytes))
                .isEqualTo("<16>0123456789abcdef</><0></>a=1b=2.");
        AwsChunkedParser signed =
                new AwsChunkedParser(new ChunkedFraming(PayloadMode.SIGNED_CHUNKS_WITH_TRAILER, 0, Set.of()));
        assertThat(transcript(
                        signed,
                        "0;chunk-signature=" + SIGNATURE + "\r\na:1\n\r\nx-amz-trailer-signature:f\r\n\r\n",
                        pieceBytes))
                .isEqualTo("<0></>a=1(f).");
    }

    @ParameterizedTest
    @CsvSource({
        "FFFFFFFFFFFFFFFFF, 17",
        "-1, 0",
        "0x10, 0",
        "' 10', 0",
        "'', 0",
        "+1, 0",
        "1_0, 0",
        "10;, 0",
        "10;ext=1, 0",
        "'10 ', 0",
        "\u0661, 0"
    })
    void refusesWhatIsNoSize(String size, int ignored) {
        SignatureRefusedException refusal = refusal(unsigned(), size + "\r\n");
        assertThat(refusal.fault()).isEqualTo(SignatureFault.MALFORMED_CHUNK);
        assertThat(refusal).hasMessageContaining("at byte " + (size.length() + 1));
    }

    @Test
    void refusesALineThatHasNoEndWithoutKeepingIt() {
        AwsChunkedParser parser = unsigned();
        SignatureRefusedException refusal = refusal(parser, "10;" + "x".repeat(1 << 20));
        assertThat(refusal.fault()).isEqualTo(SignatureFault.MALFORMED_CHUNK);
        assertThat(refusal).hasMessageContaining("at byte " + AwsChunkedParser.MAX_CHUNK_LINE_BYTES);
        String trailer = "10\r\n0123456789abcdef\r\n0\r\na:" + "x".repeat(AwsChunkedParser.MAX_TRAILER_LINE_BYTES);
        assertThat(refusal(unsigned(), trailer).fault()).isEqualTo(SignatureFault.MALFORMED_TRAILER);
    }

    @ParameterizedTest
    @CsvSource({
        "'10\n', MALFORMED_CHUNK",
        "'10\r\r\n', MALFORMED_CHUNK",
        "'2\r\nab\n', MALFORMED_CHUNK",
        "'2\r\nab\r\r', MALFORMED_CHUNK",
        "'2\r\nabc', MALFORMED_CHUNK",
        "'11\r\n', INCOMPLETE_CHUNKS",
        "'f\r\n0123456789abcde\r\n2\r\n', INCOMPLETE_CHUNKS",
        "'f\r\n0123456789abcde\r\n0\r\n', INCOMPLETE_CHUNKS",
        "'FFFFFFFFFFFFF\r\n', INCOMPLETE_CHUNKS"
    })
    void refusesBrokenFraming(String body, SignatureFault fault) {
        assertThat(refusal(unsigned(), body).fault()).isEqualTo(fault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                ":b",
                "a b:c",
                "a:b\u0001",
                "a:b\t",
                "a:b\f",
                "a:\u00fc",
                "\u00fc:b",
                " a:b",
                "a:b\rc:d",
                "x-amz-trailer-signature:a\r\nb:c"
            })
    void refusesMalformedTrailers(String line) {
        String body = "10\r\n0123456789abcdef\r\n0\r\n" + line + "\r\n";
        assertThat(refusal(unsigned(), body).fault()).isEqualTo(SignatureFault.MALFORMED_TRAILER);
    }

    @Test
    void refusesTooManyTrailersAndAnyWhereTheModeHasNone() {
        StringBuilder many = new StringBuilder("10\r\n0123456789abcdef\r\n0\r\n");
        for (int i = 0; i <= ChunkedFraming.MAX_TRAILERS; i++) {
            many.append("t").append(i).append(":x\r\n");
        }
        assertThat(refusal(unsigned(), many.toString()).fault()).isEqualTo(SignatureFault.MALFORMED_TRAILER);
        AwsChunkedParser none = new AwsChunkedParser(new ChunkedFraming(PayloadMode.SIGNED_CHUNKS, 0, Set.of()));
        assertThat(refusal(none, "0;chunk-signature=" + SIGNATURE + "\r\na:b\r\n")
                        .fault())
                .isEqualTo(SignatureFault.MALFORMED_TRAILER);
    }

    @Test
    void refusesBytesBehindTheEndAndAnEndTooEarly() {
        String body = "10\r\n0123456789abcdef\r\n0\r\n\r\n";
        AwsChunkedParser parser = unsigned();
        parser.parse(ByteBuffer.wrap(body.getBytes(StandardCharsets.US_ASCII)), event -> {});
        assertThat(refusal(parser, "\r").fault()).isEqualTo(SignatureFault.MALFORMED_CHUNK);
        for (int length = 0; length < body.length(); length++) {
            AwsChunkedParser cut = unsigned();
            cut.parse(ByteBuffer.wrap(body.substring(0, length).getBytes(StandardCharsets.US_ASCII)), event -> {});
            SignatureRefusedException refusal = catchThrowableOfType(SignatureRefusedException.class, cut::finish);
            assertThat(refusal.fault()).isEqualTo(SignatureFault.INCOMPLETE_CHUNKS);
            assertThat(refusal).hasMessageContaining("at byte " + length);
        }
    }

    @Test
    void saysTheSameInPiecesOfAnySizeWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] bodies = {
            "A\r\n0123456789\r\n06\r\nabcdef\r\n0\r\na:b\r\n\r\n", "10\r\n0123456789abcdef\r\n0\r\na:1\n\r\n\r\n",
        };
        for (int i = 0; i < 20_000; i++) {
            String body = VerifierTest.garbled(bodies[random.nextInt(bodies.length)], random);
            String whole = outcome(body, Integer.MAX_VALUE);
            assertThat(outcome(body, 1)).as("seed %d", seed).isEqualTo(whole);
            assertThat(outcome(body, 1 + random.nextInt(7))).as("seed %d", seed).isEqualTo(whole);
        }
    }

    private static AwsChunkedParser unsigned() {
        return new AwsChunkedParser(new ChunkedFraming(PayloadMode.UNSIGNED_CHUNKS_WITH_TRAILER, ANNOUNCED, Set.of()));
    }

    private static String outcome(String body, int pieceBytes) {
        AwsChunkedParser parser = unsigned();
        try {
            String transcript = transcript(parser, body, pieceBytes);
            parser.finish();
            return transcript;
        } catch (SignatureRefusedException refused) {
            return refused.fault() + ": " + refused.getMessage();
        }
    }

    private static SignatureRefusedException refusal(AwsChunkedParser parser, String body) {
        SignatureRefusedException refusal = catchThrowableOfType(
                SignatureRefusedException.class,
                () -> parser.parse(ByteBuffer.wrap(body.getBytes(StandardCharsets.ISO_8859_1)), event -> {}));
        assertThat(refusal).as("the refusal of %s", body).isNotNull();
        return refusal;
    }

    private static String transcript(AwsChunkedParser parser, String body, int pieceBytes) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < bytes.length; at += Math.min(pieceBytes, bytes.length - at)) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(pieceBytes, bytes.length - at));
            parser.parse(piece, event -> out.append(text(event)));
        }
        return out.toString();
    }

    private static String text(ChunkedEvent event) {
        if (event instanceof ChunkedEvent.ChunkBegins begins) {
            return "<" + begins.size() + ">";
        } else if (event instanceof ChunkedEvent.Data data) {
            return StandardCharsets.ISO_8859_1.decode(data.bytes().duplicate()).toString();
        } else if (event instanceof ChunkedEvent.Trailer trailer) {
            return trailer.name() + "=" + trailer.value();
        } else if (event instanceof ChunkedEvent.TrailerSignature signature) {
            return "(" + signature.signature().text() + ")";
        }
        return event instanceof ChunkedEvent.ChunkEnds ? "</>" : ".";
    }
}
