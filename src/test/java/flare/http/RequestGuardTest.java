package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The stage by itself; what it refuses is asked over the wire in {@code RequestFramingTest}. */
final class RequestGuardTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String GET = "GET /k HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Drain drain = new Drain();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void connectionsThatAreGoneAreForgotten() throws Exception {
        for (int i = 0; i < 20; i++) {
            passed(GET);
        }
        await().atMost(LIMIT).until(() -> drain.listeners() == 0);
    }

    @Test
    void endsWhereTheDrainBeganBeforeIt() throws Exception {
        drain.begin();
        assertThat(passed("")).isEmpty();
    }

    @Test
    void passesOneEmptyLineBeforeARequestAndNoMore() throws Exception {
        assertThat(passed("\r\n" + GET)).startsWith("GET /k").doesNotContain(RequestGuard.VIOLATION);
        assertThat(passed(GET + "\r\n" + GET)).contains("\r\n\r\nGET /k").doesNotContain(RequestGuard.VIOLATION);
        assertThat(passed("\r\n\r\n" + GET)).contains(RequestGuard.VIOLATION);
    }

    @Test
    void manyHeadsInOnePieceAreReadInOneGo() throws Exception {
        // Each head copied all that was left: 600 MB of copies for these.
        String heads = GET.repeat(8_000);
        long begin = allocated();
        assertThat(passed(heads).split("GET /k", -1)).hasSize(8_001);
        assertThat(allocated() - begin).isLessThan(200_000_000);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getTotalThreadAllocatedBytes();
    }

    private String passed(String sent) throws Exception {
        List<ByteString> pieces = Source.single(ByteString.fromString(sent))
                .via(new RequestGuard(drain, LIMIT, false))
                .runWith(Sink.seq(), KIT.system())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return pieces.stream().map(ByteString::utf8String).collect(Collectors.joining());
    }
}
