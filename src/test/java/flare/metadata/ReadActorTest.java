package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ReadActorTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ScriptedLog log = new ScriptedLog();
    private final AtomicLong nanos = new AtomicLong();
    private final ActorRef<ReadActor.Message> actor = KIT.spawn(ReadActor.create(log, TIMEOUT, nanos::get));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void oneConfirmationServesAllThatWaitedWhenItWasAskedAndNoLater() throws Exception {
        CompletableFuture<Void> first = read();
        CompletableFuture<Void> confirmation = log.nextConfirmation();
        CompletableFuture<Void> second = read();
        CompletableFuture<Void> third = read();
        log.expectNothing();

        confirmation.complete(null);
        assertThat(first).succeedsWithin(LIMIT);
        CompletableFuture<Void> next = log.nextConfirmation();
        assertThat(second).isNotDone();
        next.complete(null);
        assertThat(second).succeedsWithin(LIMIT);
        assertThat(third).succeedsWithin(LIMIT);
    }

    @Test
    void asksAgainAndThenRefusesWhatIsNotConfirmedInTime() {
        CompletableFuture<Void> read = read();
        log.nextConfirmation().completeExceptionally(Unavailable.because("no leader"));
        CompletableFuture<Void> again = log.nextConfirmation();
        assertThat(read).isNotDone();
        nanos.addAndGet(TIMEOUT.toNanos());
        again.completeExceptionally(Unavailable.because("no leader"));
        assertThat(read)
                .failsWithin(LIMIT)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withMessageContaining("did not confirm");
    }

    @Test
    void refusesWhatWaitsWhenStopped() {
        CompletableFuture<Void> asked = read();
        CompletableFuture<Void> unanswered = log.nextConfirmation();
        CompletableFuture<Void> waiting = read();
        actor.tell(new ReadActor.Stop());
        assertThat(waiting).failsWithin(LIMIT);
        assertThat(asked).failsWithin(LIMIT);
        assertThat(unanswered).isNotDone();
    }

    private CompletableFuture<Void> read() {
        CompletableFuture<Void> confirmed = new CompletableFuture<>();
        actor.tell(new ReadActor.Confirm(confirmed));
        return confirmed;
    }
}
