package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import flare.config.RaftSettings;
import flare.metadata.ReplicatedState.Position;
import flare.metadata.ScriptedLog.Proposal;
import flare.model.BucketId;
import flare.model.ByteSize;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataActorTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final long SESSION = 7;
    private static final int MAX_PENDING = 20;
    private static final int MAX_COMMANDS = 8;
    private static final int MAX_ENTRY_BYTES = 64 << 10;

    private final ScriptedLog log = new ScriptedLog();
    private final AtomicLong session = new AtomicLong(SESSION);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void packsWhatQueuesWhileEntriesAreInFlight() throws Exception {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        queue(actor, 2);
        Proposal first = log.next();
        log.next();
        for (int i = 3; i <= 6; i++) {
            queue(actor, i);
        }
        log.expectNothing();

        first.commitAll();
        assertThat(log.next().sequences()).containsExactly(3L, 4L, 5L, 6L);
    }

    @Test
    void boundsAnEntryByCount() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        for (int i = 0; i < 2 + MAX_COMMANDS + 1; i++) {
            queue(actor, i);
        }
        Proposal first = log.next();
        Proposal second = log.next();
        first.commitAll();
        assertThat(log.next().commands()).hasSize(MAX_COMMANDS);
        second.commitAll();
        assertThat(log.next().commands()).hasSize(1);
    }

    @Test
    void boundsAnEntryByBytesButTakesOneLargerCommand() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        queue(actor, 2);
        Proposal first = log.next();
        Proposal second = log.next();
        for (int i = 0; i < 3; i++) {
            send(actor, abandoning(MAX_ENTRY_BYTES / 64));
        }
        first.commitAll();
        assertThat(log.next().commands()).hasSize(1);
        second.commitAll();
        assertThat(log.next().commands()).hasSize(1);
    }

    /** The log would refuse it each time it is proposed, and everything packed with it would never have an outcome. */
    @Test
    void refusesACommandThatFitsNoEntryAndGoesOn() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        CompletableFuture<Object> huge = tell(actor, abandoning(100_000));
        assertThat(fault(huge)).isEqualTo(Fault.ENTITY_TOO_LARGE);
        queue(actor, 1);
        assertThat(log.next().sequences()).containsExactly(1L);
    }

    @Test
    void countsHeadersAndConditionsAgainstTheBoundOfAnEntry() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        queue(actor, 2);
        Proposal first = log.next();
        log.next();
        for (int i = 0; i < 4; i++) {
            send(actor, withHeaders(MAX_ENTRY_BYTES / 8));
        }
        first.commitAll();
        assertThat(log.next().commands()).hasSize(2);
    }

    private static Command<?> withHeaders(int chars) {
        return new Command.PutObject(
                new BucketId(1),
                ObjectKey.of("key"),
                0,
                "etag",
                new ObjectAttributes(Optional.empty(), Map.of("cache-control", "x".repeat(chars)), Map.of()),
                new Command.NewContent.Inline(new byte[0]),
                WriteCondition.NONE);
    }

    @Test
    void refusesBeyondMaxPendingButKeepsTheSessionGoing() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        for (int i = 0; i < MAX_PENDING; i++) {
            queue(actor, i);
        }
        assertThat(fault(submit(actor, MAX_PENDING))).isEqualTo(Fault.SLOW_DOWN);

        CompletableFuture<Object> renewal = tell(actor, new Command.RenewSession(SESSION, 1, 1, List.of()));
        for (int i = 0; i < 5; i++) {
            log.next().commitAll();
        }
        assertThat(renewal).succeedsWithin(Duration.ofSeconds(10));
        assertThat(submit(actor, 99)).isNotCompletedExceptionally();
    }

    @Test
    void proposesAgainUnderTheSameOperationIdsUntilAnswered() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        CompletableFuture<Object> result = submit(actor, 1);
        Proposal first = log.next();
        for (int attempt = 0; attempt < 3; attempt++) {
            first.loseAnswer();
            Proposal again = log.next();
            assertThat(again.commands()).isEqualTo(first.commands());
            first = again;
        }
        assertThat(result).isNotDone();
        first.commit(new Outcome.Accepted(new BucketId(5)));
        assertThat(result).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(new BucketId(5));
    }

    @Test
    void namesTheLowestSequenceWithoutAnAnswer() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        queue(actor, 2);
        Proposal first = log.next();
        Proposal second = log.next();
        assertThat(second.commands().get(0).lowestUnanswered()).isEqualTo(1);
        queue(actor, 3);
        first.commitAll();
        Proposal third = log.next();
        assertThat(third.commands().get(0).lowestUnanswered()).isEqualTo(2);
        second.commitAll();
        third.commitAll();
        queue(actor, 4);
        assertThat(log.next().commands().get(0).sequence()).isEqualTo(4);
    }

    @Test
    void startsSequencesAnewInANewSession() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        log.next().commitAll();
        session.set(8);
        queue(actor, 2);
        assertThat(log.next().commands())
                .containsExactly(new Envelope(8, 1, 1, new Command.CreateBucket(LedgerState.name(2))));
    }

    @Test
    void refusesWithoutASessionWhatNeedsOne() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        session.set(0);
        assertThat(fault(submit(actor, 1))).isEqualTo(Fault.UNAVAILABLE);

        send(actor, new Command.OpenSession(UUID.randomUUID(), Optional.empty()));
        assertThat(log.next().commands().get(0).session()).isZero();
    }

    @Test
    void givesEachCommandItsOutcome() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        queue(actor, 1);
        queue(actor, 2);
        Proposal first = log.next();
        CompletableFuture<Object> accepted = submit(actor, 3);
        CompletableFuture<Object> refused = submit(actor, 4);
        first.commitAll();
        log.next().commitAll();
        log.next()
                .commit(
                        new Outcome.Accepted(new BucketId(3)),
                        new Outcome.Refused(Fault.BUCKET_ALREADY_EXISTS, "there is one"));
        assertThat(accepted).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(new BucketId(3));
        assertThat(fault(refused)).isEqualTo(Fault.BUCKET_ALREADY_EXISTS);
    }

    @Test
    void refusesWhatTheLogWillNeverTake() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        CompletableFuture<Object> result = submit(actor, 1);
        log.next().answer().completeExceptionally(new FlareException(Fault.INVALID_ARGUMENT, "nonsense"));
        assertThat(fault(result)).isEqualTo(Fault.INVALID_ARGUMENT);
    }

    @Test
    void refusesWhatHasNoOutcomeWhenStopped() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        List<CompletableFuture<Object>> results =
                IntStream.range(0, 5).mapToObj(i -> submit(actor, i)).toList();
        actor.tell(new MetadataActor.Stop());
        results.forEach(result -> assertThat(fault(result)).isEqualTo(Fault.UNAVAILABLE));
    }

    @Test
    void keepsTheOrderOfCommands() {
        ActorRef<MetadataActor.Message> actor = actor(log);
        List<Long> seen = new ArrayList<>();
        for (int i = 0; i < MAX_PENDING; i++) {
            queue(actor, i);
        }
        while (seen.size() < MAX_PENDING) {
            Proposal proposal = log.next();
            seen.addAll(proposal.sequences());
            proposal.commitAll();
        }
        assertThat(seen)
                .isEqualTo(LongStream.rangeClosed(1, MAX_PENDING).boxed().toList());
    }

    /** Every answer is lost once after it took effect, as when a leader dies between commit and reply. */
    @Test
    void aRetriedCommandTakesEffectOnce(@TempDir Path directory) throws Exception {
        LedgerState state = LedgerState.open(directory);
        state.apply(
                new Position(1, SESSION),
                0,
                List.of(new Envelope(0, 0, 0, new Command.OpenSession(UUID.randomUUID(), Optional.empty()))));
        ActorRef<MetadataActor.Message> actor = actor(new ForgetfulLog(state));
        List<CompletableFuture<Object>> results =
                IntStream.range(0, MAX_PENDING).mapToObj(i -> submit(actor, i)).toList();
        for (CompletableFuture<Object> result : results) {
            assertThat(result).succeedsWithin(Duration.ofSeconds(20));
        }
        assertThat(state.ledger()).hasSize(MAX_PENDING).doesNotHaveDuplicates();
        state.close();
    }

    private static final class ForgetfulLog implements CommandLog {
        private final LedgerState state;
        private int attempts;

        private ForgetfulLog(LedgerState state) {
            this.state = state;
        }

        @Override
        public synchronized CompletionStage<Committed> propose(List<Envelope> commands) {
            Position next = new Position(1, state.applied().index() + 1);
            try {
                List<Outcome> outcomes = state.apply(next, 0, commands);
                return attempts++ % 2 == 0
                        ? CompletableFuture.failedFuture(Unavailable.because("the leader is gone"))
                        : CompletableFuture.completedFuture(new Committed(next.index(), outcomes));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public CompletionStage<Void> confirm() {
            throw new AssertionError();
        }

        @Override
        public boolean confirmed() {
            return true;
        }
    }

    private ActorRef<MetadataActor.Message> actor(CommandLog commandLog) {
        return KIT.spawn(MetadataActor.create(settings(), commandLog, session::get));
    }

    private static CompletableFuture<Object> submit(ActorRef<MetadataActor.Message> actor, int number) {
        return tell(actor, new Command.CreateBucket(LedgerState.name(number)));
    }

    private static void queue(ActorRef<MetadataActor.Message> actor, int number) {
        send(actor, new Command.CreateBucket(LedgerState.name(number)));
    }

    private static void send(ActorRef<MetadataActor.Message> actor, Command<?> command) {
        var unused = tell(actor, command);
    }

    private static CompletableFuture<Object> tell(ActorRef<MetadataActor.Message> actor, Command<?> command) {
        CompletableFuture<Object> result = new CompletableFuture<>();
        actor.tell(new MetadataActor.Submit(command, result));
        return result;
    }

    private static Command<?> abandoning(int chunks) {
        return new Command.FreeOrphans(
                new flare.model.NodeId(1),
                IntStream.range(0, chunks)
                        .mapToObj(i -> new flare.model.ChunkId(new flare.model.BlobId(1, 1), i))
                        .toList(),
                1);
    }

    private static Fault fault(CompletableFuture<Object> result) {
        try {
            throw new AssertionError("answered " + result.get(10, SECONDS));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(FlareException.class);
            return e.getCause() instanceof FlareException refusal ? refusal.fault() : Fault.INTERNAL;
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static RaftSettings settings() {
        return new RaftSettings(
                0,
                Optional.empty(),
                List.of(),
                false,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                MAX_PENDING,
                MAX_COMMANDS,
                new ByteSize(MAX_ENTRY_BYTES),
                2,
                1000,
                ByteSize.mebibytes(1),
                ByteSize.mebibytes(1),
                0.05,
                ByteSize.mebibytes(8),
                ByteSize.mebibytes(8));
    }
}
