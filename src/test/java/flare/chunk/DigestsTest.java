package flare.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.Fault;
import flare.model.FlareException;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DigestsTest {

    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("digests");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static Pair<CompletionStage<Digests.Summary>, CompletionStage<ByteString>> run(
            Source<ByteString, ?> body, Digests digests) {
        return body.viaMat(digests, Keep.right())
                .toMat(Sink.fold(ByteString.emptyByteString(), ByteString::concat), Keep.both())
                .run(system);
    }

    private static Object outcome(CompletionStage<?> stage) throws Exception {
        return stage.handle((value, failure) -> {
                    Throwable bare = failure instanceof CompletionException ? failure.getCause() : failure;
                    return bare instanceof FlareException flare ? flare.fault() : failure == null ? value : bare;
                })
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void tellsLengthAndMd5OfWhatPassed() throws Exception {
        byte[] bytes = BlockCrcsTest.randomBytes(new Random(1), 300_001);
        ByteString body = ByteString.fromArray(bytes);
        Source<ByteString, ?> pieces = Source.from(java.util.List.of(
                body.take(10).concat(body.slice(10, 20)), body.slice(20, 200_000), body.drop(200_000)));
        var running = run(pieces, new Digests(true, Optional.of(300_001L), 300_001));
        Digests.Summary summary = (Digests.Summary) outcome(running.first());
        assertThat(summary.length()).isEqualTo(300_001);
        assertThat(summary.md5().orElseThrow())
                .isEqualTo(MessageDigest.getInstance("MD5").digest(bytes));
        assertThat(outcome(running.second())).isEqualTo(body);
    }

    @Test
    void makesNoMd5UnlessWanted() throws Exception {
        var running = run(Source.empty(), new Digests(false, Optional.empty(), 10));
        assertThat(((Digests.Summary) outcome(running.first())).md5()).isEmpty();
    }

    @Test
    void refusesABodyOfAnotherLengthThanAnnounced() throws Exception {
        for (int length : new int[] {0, 9, 11}) {
            Source<ByteString, ?> body =
                    Source.repeat(ByteString.fromString("x")).take(length);
            var running = run(body, new Digests(true, Optional.of(10L), 100));
            assertThat(outcome(running.first())).isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(outcome(running.second())).isEqualTo(Fault.INCOMPLETE_BODY);
        }
    }

    @Test
    void refusesABodyPastTheLimit() throws Exception {
        Source<ByteString, ?> body = Source.repeat(ByteString.fromString("x"));
        var running = run(body, new Digests(false, Optional.empty(), 10));
        assertThat(outcome(running.first())).isEqualTo(Fault.ENTITY_TOO_LARGE);
        assertThat(outcome(running.second())).isEqualTo(Fault.ENTITY_TOO_LARGE);
    }

    @Test
    void aBodyThatBreaksOffIsIncompleteUnlessItSaysOtherwise() throws Exception {
        var broken = run(Source.failed(new IllegalStateException("reset")), new Digests(false, Optional.empty(), 10));
        assertThat(outcome(broken.first())).isEqualTo(Fault.INCOMPLETE_BODY);
        assertThat(outcome(broken.second())).isEqualTo(Fault.INCOMPLETE_BODY);
        var timedOut = run(
                Source.failed(new FlareException(Fault.REQUEST_TIMEOUT, "too slow")),
                new Digests(false, Optional.empty(), 10));
        assertThat(outcome(timedOut.second())).isEqualTo(Fault.REQUEST_TIMEOUT);
    }
}
