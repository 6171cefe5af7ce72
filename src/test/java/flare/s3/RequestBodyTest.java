package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.Settings;
import flare.http.Headers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A body as its connection gives it: once. */
final class RequestBodyTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Materializer MATERIALIZER = Materializer.createMaterializer(KIT.system());

    private final AtomicInteger runs = new AtomicInteger();
    private final CompletableFuture<ByteString> arrives = new CompletableFuture<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void aRefusalThatMeetsItsReaderReadsTheBodyOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            runs.set(0);
            RequestBody body = body(CompletableFuture.completedFuture(ByteString.fromString("12345")));
            var unused = body.bytes().runWith(Sink.cancelled(), MATERIALIZER);
            body.settle(MATERIALIZER).toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(runs).as("round %d", i).hasValue(1);
        }
    }

    @Test
    void anAnswerWaitsForTheRestOfASmallBody() throws Exception {
        RequestBody body = body(arrives);
        CompletableFuture<?> settled = body.settle(MATERIALIZER).toCompletableFuture();
        var late = body.bytes().runWith(Sink.seq(), MATERIALIZER).toCompletableFuture();
        assertThat(late.handle((read, refused) -> refused != null).get(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(settled).isNotDone();
        arrives.complete(ByteString.fromString("12345"));
        settled.get(10, TimeUnit.SECONDS);
        assertThat(body.received()).isEqualTo(5);
    }

    private RequestBody body(CompletableFuture<ByteString> bytes) {
        Source<ByteString, ?> once = Source.fromMaterializer((materializer, attributes) -> {
            runs.incrementAndGet();
            return Source.completionStage(bytes);
        });
        return new RequestBody(
                HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, 5, once),
                Headers.of(List.of()),
                Settings.load("").http(),
                1_000);
    }
}
