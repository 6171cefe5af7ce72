package flare.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChunkerTest {

    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("chunker");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static CompletionStage<ByteString> all(Chunk chunk) {
        return chunk.bytes().runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system);
    }

    private static List<ByteString> chunks(Source<ByteString, ?> body, int chunkBytes, int holdBytes) {
        return get(body.via(new Chunker(chunkBytes, holdBytes))
                .mapAsync(3, ChunkerTest::all)
                .runWith(Sink.seq(), system));
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<ByteString> cut(ByteString bytes, Random random, int maxPiece) {
        List<ByteString> pieces = new ArrayList<>();
        int at = 0;
        while (at < bytes.size()) {
            int piece = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(maxPiece);
            int end = Math.min(bytes.size(), at + piece);
            pieces.add(bytes.slice(at, end));
            at = end;
        }
        return pieces;
    }

    @Test
    void anyCutOfTheBodyGivesTheSameChunks() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            int chunkBytes = 1 + random.nextInt(random.nextBoolean() ? 100 : 400_000);
            int length = random.nextInt(Math.min(1_500_000, chunkBytes * 6));
            int hold = random.nextInt(2) * random.nextInt(70_000);
            int maxPiece = 1 + random.nextInt(random.nextBoolean() ? 50 : 300_000);
            maxPiece = Math.max(maxPiece, length / 2_000);
            ByteString body = ByteString.fromArray(BlockCrcsTest.randomBytes(random, length));
            List<ByteString> expected = new ArrayList<>();
            for (int at = 0; at < length; at += chunkBytes) {
                expected.add(body.slice(at, Math.min(length, at + chunkBytes)));
            }
            assertThat(chunks(Source.from(cut(body, random, maxPiece)), chunkBytes, hold))
                    .as("seed %s round %s: %s bytes in chunks of %s, hold %s", seed, i, length, chunkBytes, hold)
                    .isEqualTo(expected);
        }
    }

    @Test
    void anEmptyBodyHasNoChunk() {
        assertThat(chunks(Source.empty(), 100, 0)).isEmpty();
        assertThat(chunks(Source.repeat(ByteString.emptyByteString()).take(5), 100, 10))
                .isEmpty();
    }

    @Test
    void aBodyWithinTheHeldBytesIsKnownToEndWithItsOnlyChunk() {
        for (int length : new int[] {1, 99, 100, 101}) {
            List<Chunk> chunks = get(Source.single(ByteString.fromArray(new byte[length]))
                    // The end comes later than the bytes.
                    .concat(Source.completionStage(CompletableFuture.supplyAsync(
                            ByteString::emptyByteString, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))))
                    .via(new Chunker(100, 100))
                    .mapAsync(1, chunk -> all(chunk).thenApply(bytes -> chunk))
                    .runWith(Sink.seq(), system));
            boolean held = chunks.get(0).whole().isPresent() && chunks.get(0).endsBody();
            assertThat(held).as("%s bytes", length).isEqualTo(length <= 100);
        }
    }

    @Test
    void aBrokenBodyFailsTheOpenChunkAndTheStream() {
        Source<ByteString, NotUsed> body = Source.repeat(ByteString.fromArray(new byte[50_000]))
                .take(20)
                .concatLazy(Source.single(ByteString.emptyByteString()).map(bytes -> {
                    throw new IllegalStateException("broke off");
                }));
        AtomicInteger complete = new AtomicInteger();
        CompletableFuture<Throwable> chunkFailure = new CompletableFuture<>();
        CompletionStage<Done> done = body.via(new Chunker(700_000, 0))
                .mapAsync(
                        2,
                        chunk -> all(chunk).whenComplete((bytes, failure) -> {
                            if (failure == null) {
                                complete.incrementAndGet();
                            } else {
                                chunkFailure.complete(failure);
                            }
                        }))
                .runWith(Sink.ignore(), system);
        assertThatThrownBy(() -> get(done)).hasMessageContaining("broke off");
        assertThat(get(chunkFailure)).hasMessageContaining("broke off");
        await().until(() -> complete.get() == 1);
    }

    @Test
    void aCancelledChunkCancelsTheBodyWithItsReason() {
        CompletableFuture<Throwable> bodyEnd = new CompletableFuture<>();
        CompletionStage<Done> done = Source.repeat(ByteString.fromArray(new byte[50_000]))
                .watchTermination((none, end) -> {
                    end.whenComplete((ok, failure) -> bodyEnd.complete(failure));
                    return none;
                })
                .via(new Chunker(1_000_000, 0))
                .mapAsync(
                        1,
                        chunk -> chunk.bytes()
                                .map(bytes -> {
                                    throw new IllegalStateException("no room");
                                })
                                .runWith(Sink.ignore(), system)
                                .exceptionally(failure -> Done.getInstance()))
                .runWith(Sink.ignore(), system);
        assertThatThrownBy(() -> get(done)).hasMessageContaining("no room");
        assertThat(get(bodyEnd)).hasMessageContaining("no room");
    }

    @Test
    void aCancelledStreamFailsTheOpenChunkAndCancelsTheBody() {
        CompletableFuture<Object> bodyEnd = new CompletableFuture<>();
        CompletableFuture<Throwable> chunkEnd = new CompletableFuture<>();
        CompletableFuture<Object> chunkBegun = new CompletableFuture<>();
        var cancel = Source.repeat(ByteString.fromArray(new byte[50_000]))
                .watchTermination((none, end) -> {
                    end.whenComplete((ok, failure) -> bodyEnd.complete("ended"));
                    return none;
                })
                .via(new Chunker(1_000_000_000, 0))
                .viaMat(org.apache.pekko.stream.KillSwitches.single(), Keep.right())
                .mapAsync(1, chunk -> {
                    CompletionStage<Done> read = chunk.bytes()
                            .watchTermination((none, end) -> {
                                chunkBegun.complete("begun");
                                return none;
                            })
                            .runWith(Sink.ignore(), system);
                    return read.whenComplete((ok, failure) -> {
                        if (failure != null) {
                            chunkEnd.complete(failure);
                        }
                    });
                })
                .to(Sink.ignore())
                .run(system);
        get(chunkBegun);
        cancel.shutdown();
        assertThat(get(bodyEnd)).isEqualTo("ended");
        assertThat(get(chunkEnd)).isNotNull();
    }

    @Test
    void takesNoMoreFromTheBodyThanAPieceOrTwoWhileTheChunkWaits() {
        for (int pieceBytes : new int[] {1_000, 8_192, 262_144}) {
            AtomicLong taken = new AtomicLong();
            CompletableFuture<Done> hold = new CompletableFuture<>();
            CompletionStage<Done> done = Source.repeat(ByteString.fromArray(new byte[pieceBytes]))
                    .limit(1_000_000)
                    .map(bytes -> {
                        taken.addAndGet(bytes.size());
                        return bytes;
                    })
                    .via(new Chunker(64 << 20, 0))
                    .mapAsync(
                            3, chunk -> chunk.bytes().mapAsync(1, bytes -> hold).runWith(Sink.ignore(), system))
                    .runWith(Sink.ignore(), system);
            await().until(() -> taken.get() > Chunker.PIECE_BYTES);
            await().during(java.time.Duration.ofMillis(50))
                    .until(() -> taken.get() <= 4L * Chunker.PIECE_BYTES + 3L * pieceBytes);
            hold.completeExceptionally(new IllegalStateException("enough"));
            assertThatThrownBy(() -> get(done)).hasMessageContaining("enough");
        }
    }

    @Test
    void bytesSentOneByOneAreGathered() {
        PieceBuffer buffer = new PieceBuffer();
        for (int i = 0; i < 100_000; i++) {
            buffer.add(ByteString.fromArray(new byte[] {(byte) i}));
        }
        assertThat(buffer.size()).isEqualTo(100_000);
        int fragments = 0;
        ByteString taken = buffer.take(100_000);
        for (var fragment : taken.getByteBuffers()) {
            fragments += fragment.hasRemaining() ? 1 : 0;
        }
        assertThat(fragments).isLessThan(10);
        assertThat(taken.apply(70_000)).isEqualTo((byte) 70_000);
        assertThat(buffer.size()).isZero();
    }

    @Test
    void passesASlowBodyOnBeforeAPieceIsFull() {
        Source<ByteString, ?> slow = Source.single(ByteString.fromArray(new byte[Chunker.PIECE_BYTES]))
                .concat(Source.single(ByteString.fromString("slow")))
                .concat(Source.never());
        CompletionStage<ByteString> arrived = slow.via(new Chunker(1 << 20, 0, Duration.ofMillis(50)))
                .flatMapConcat(Chunk::bytes)
                .drop(1)
                .runWith(Sink.head(), system);
        assertThat(get(arrived).utf8String()).isEqualTo("slow");
    }
}
