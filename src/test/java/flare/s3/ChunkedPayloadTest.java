package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.ChunkedBodies;
import flare.sigv4.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedPayloadTest {

    private static final Map<String, String> TRAILERS = Map.of("x-amz-checksum-crc32", "AAAAAA==");
    private static final byte[] OBJECT = new byte[100_000];

    private static ActorSystem<Void> system;

    @BeforeAll
    static void start() {
        new Random(7).nextBytes(OBJECT);
        system = ActorSystem.create(Behaviors.empty(), "chunked-payload");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4096, 1 << 20})
    void passesTheObjectOnAndTellsTheTrailers(int pieceBytes) {
        for (Payload mode : List.of(Payload.SIGNED_CHUNKS_WITH_TRAILER, Payload.UNSIGNED_CHUNKS_WITH_TRAILER)) {
            ChunkedBodies.Upload upload = ChunkedBodies.upload(mode, OBJECT, 64 * 1024, TRAILERS);
            ChunkedPayload payload = payload(upload, pieceBytes);
            assertThat(payload.length()).isEqualTo(OBJECT.length);
            assertThat(collected(payload).toArray()).isEqualTo(OBJECT);
            assertThat(payload.trailers()).isEqualTo(TRAILERS);
        }
    }

    @Test
    void failsForASignatureThatDoesNotHoldAndTellsNoTrailers() {
        ChunkedBodies.Upload upload = ChunkedBodies.upload(Payload.SIGNED_CHUNKS, OBJECT, 64 * 1024, Map.of());
        byte[] forged = upload.body().clone();
        forged[forged.length / 2] ^= 1;
        ChunkedPayload payload = payload(upload.withBody(forged), 4096);
        assertThat(faultOf(payload)).isEqualTo(Fault.SIGNATURE_MISMATCH);
        assertThatThrownBy(payload::trailers).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void failsForABodyThatEndsWellButTooEarly() {
        ChunkedBodies.Upload upload = ChunkedBodies.upload(Payload.SIGNED_CHUNKS, OBJECT, 64 * 1024, Map.of());
        byte[] cut = Arrays.copyOf(upload.body(), upload.body().length - 2);
        assertThat(faultOf(payload(upload.withBody(cut), 4096))).isEqualTo(Fault.INCOMPLETE_BODY);
    }

    private static ChunkedPayload payload(ChunkedBodies.Upload upload, int pieceBytes) {
        ByteString body = ByteString.fromArray(upload.body());
        List<ByteString> pieces = new ArrayList<>();
        for (int at = 0; at < body.size(); at += pieceBytes) {
            pieces.add(body.slice(at, Math.min(at + pieceBytes, body.size())));
        }
        return new ChunkedPayload(Source.from(pieces), upload.decoder());
    }

    private static ByteString collected(ChunkedPayload payload) {
        // Joined once: concatenating 100,000 strings of a byte each would be the slow part.
        List<ByteString> pieces = payload.bytes()
                .runFold(
                        new ArrayList<ByteString>(),
                        (list, piece) -> {
                            list.add(piece);
                            return list;
                        },
                        system)
                .toCompletableFuture()
                .join();
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        pieces.forEach(piece -> out.writeBytes(piece.toArray()));
        return ByteString.fromArray(out.toByteArray());
    }

    private static Fault faultOf(ChunkedPayload payload) {
        try {
            collected(payload);
        } catch (CompletionException e) {
            if (e.getCause() instanceof FlareException refusal) {
                return refusal.fault();
            }
            throw e;
        }
        throw new AssertionError("the body was taken");
    }
}
