package flare.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import flare.config.SessionSettings;
import flare.metadata.Session.Pin;
import flare.model.ByteSize;
import flare.model.Fault;
import flare.model.FlareException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A read that is too old or too slow is cut, and its pin is given up with it. */
class ReadGuardTest {

    private static final int PIECE_BYTES = 1_000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static ActorSystem system;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger pins = new AtomicInteger(1);

    @BeforeAll
    static void start() {
        system = ActorSystem.create("read-guard");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @Test
    void cutsAReadThatIsOlderThanTheLimitHoweverFastItIs() {
        assertThat(cutOf(endless(Duration.ofMillis(1)), guard(SHORT, 0, LONG))).contains("longer than");
        assertCutFor("age");
    }

    @Test
    void cutsAReadThatIsSlowerThanTheLeastRateOverAWindow() {
        assertThat(cutOf(endless(Duration.ofMillis(50)), guard(LONG, 100_000, SHORT)))
                .contains("are asked of it");
        assertCutFor("rate");
    }

    @Test
    void letsAReadBeThatIsFastEnough() {
        Source<ByteString, ?> steady = endless(Duration.ofMillis(5)).take(60);
        ByteString read = ObjectFixture.await(run(steady, guard(LONG, 10_000, SHORT)));
        assertThat(read.size()).isEqualTo(60 * PIECE_BYTES);
        assertThat(pins.get()).isZero();
    }

    private void assertCutFor(String reason) {
        assertThat(meters.counter("flare.reads.cut", "reason", reason).count()).isEqualTo(1);
        assertThat(pins.get()).isZero();
    }

    private ReadGuard guard(Duration maxAge, int minRate, Duration window) {
        ObjectMetrics metrics = new ObjectMetrics(meters);
        SessionSettings settings =
                new SessionSettings(Duration.ofSeconds(1), Duration.ofSeconds(10), maxAge, new ByteSize(minRate));
        return new ReadGuard(new ReadLease(pin(), metrics), settings, metrics, window);
    }

    private Pin pin() {
        return new Pin() {
            @Override
            public long session() {
                return 1;
            }

            @Override
            public void close() {
                pins.decrementAndGet();
            }
        };
    }

    private static Source<ByteString, ?> endless(Duration pause) {
        return Source.tick(Duration.ZERO, pause, ByteString.fromArray(new byte[PIECE_BYTES]));
    }

    private static String cutOf(Source<ByteString, ?> bytes, ReadGuard guard) {
        FlareException cut = catchThrowableOfType(FlareException.class, () -> ObjectFixture.await(run(bytes, guard)));
        assertThat(cut.fault()).isEqualTo(Fault.REQUEST_TIMEOUT);
        return String.valueOf(cut.getMessage());
    }

    private static CompletionStage<ByteString> run(Source<ByteString, ?> bytes, ReadGuard guard) {
        return bytes.via(guard).runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system);
    }
}
