package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.config.SessionSettings;
import flare.metadata.Command.CloseSession;
import flare.metadata.Command.Done;
import flare.metadata.Command.OpenSession;
import flare.metadata.Command.RenewSession;
import flare.model.BlobId;
import flare.model.ByteSize;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SessionKeeperTest {

    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final Duration RENEW_EVERY = Duration.ofSeconds(2);

    private record Submitted(Command<?> command, CompletableFuture<Object> result) {}

    private final ManualTime time = ManualTime.get(KIT.system());
    private final AtomicLong applied = new AtomicLong(100);
    private final LiveSession session = new LiveSession(applied::get);
    private final LinkedBlockingQueue<Submitted> submitted = new LinkedBlockingQueue<>();
    private final ActorRef<SessionKeeper.Message> keeper = KIT.spawn(SessionKeeper.create(
            new SessionSettings(RENEW_EVERY, Duration.ofSeconds(30), Duration.ofHours(1), new ByteSize(1)),
            session,
            new SessionKeeper.Submitter() {
                @Override
                @SuppressWarnings("unchecked")
                public <R> CompletionStage<R> submit(Command<R> command) {
                    CompletableFuture<Object> result = new CompletableFuture<>();
                    submitted.add(new Submitted(command, result));
                    return (CompletionStage<R>) (CompletionStage<?>) result;
                }
            },
            UUID.randomUUID(),
            Optional.empty()));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void hasNoSessionBeforeItIsOpen() throws Exception {
        assertThat(next().command).isInstanceOf(OpenSession.class);
        assertThatThrownBy(session::newBlob)
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNAVAILABLE));
        assertThatThrownBy(session::pin).isInstanceOf(FlareException.class);
        assertThatThrownBy(session::id).isInstanceOf(FlareException.class);
    }

    @Test
    void renewsWithTheMarksOfWhatIsUnderWay() throws Exception {
        open(7);
        BlobId first = session.newBlob();
        BlobId second = session.newBlob();
        Session.Pin pin = session.pin();
        applied.set(150);
        RenewSession renewal = renewal();
        assertThat(renewal.writeMark()).isEqualTo(first.counter());
        assertThat(renewal.readMark()).isEqualTo(100);

        session.settled(first);
        pin.close();
        pin.close();
        renewal = renewal();
        assertThat(renewal.writeMark()).isEqualTo(second.counter());
        assertThat(renewal.readMark()).isEqualTo(150);

        session.settled(second);
        assertThat(renewal().writeMark()).isEqualTo(second.counter() + 1);
    }

    @Test
    void reportsAbandonedBlobsUntilARenewalApplied() throws Exception {
        open(7);
        BlobId blob = session.newBlob();
        session.abandon(blob, List.of(chunk(blob)));
        time.timePasses(RENEW_EVERY);
        Submitted lost = next();
        assertThat(((RenewSession) lost.command).abandoned()).hasSize(1);
        assertThat(((RenewSession) lost.command).writeMark()).isEqualTo(blob.counter());
        lost.result.completeExceptionally(new FlareException(Fault.SLOW_DOWN, "full"));

        RenewSession again = retriedRenewal();
        assertThat(again.abandoned()).extracting(Command.NewContent.Blob::id).containsExactly(blob);
        RenewSession after = renewal();
        assertThat(after.abandoned()).isEmpty();
        assertThat(after.writeMark()).isEqualTo(blob.counter() + 1);
    }

    @Test
    void reportsWhatACommittedBlobWentWithoutAndLetsTheMarkRise() throws Exception {
        open(7);
        BlobId blob = session.newBlob();
        session.settled(blob);
        session.leftOver(blob, List.of(chunk(blob)));
        RenewSession renewal = renewal();
        assertThat(renewal.abandoned()).extracting(Command.NewContent.Blob::id).containsExactly(blob);
        assertThat(renewal.writeMark()).isEqualTo(blob.counter() + 1);
        assertThat(renewal().abandoned()).isEmpty();
    }

    @Test
    void boundsTheAbandonedBlobsOfOneRenewalAndRenewsAgainAtOnce() throws Exception {
        open(7);
        for (int i = 0; i < 100; i++) {
            session.abandon(session.newBlob(), List.of());
        }
        assertThat(renewal().abandoned()).hasSize(64);
        Submitted rest = next();
        assertThat(((RenewSession) rest.command).abandoned()).hasSize(36);
    }

    @Test
    void boundsTheChunksThatOneRenewalNames() throws Exception {
        open(7);
        for (int i = 0; i < 2; i++) {
            BlobId blob = session.newBlob();
            session.abandon(blob, Collections.nCopies(LiveSession.MAX_REPORTED_CHUNKS + i, chunk(blob)));
        }
        assertThat(renewal().abandoned()).hasSize(1);
        Submitted rest = next();
        assertThat(((RenewSession) rest.command).abandoned())
                .singleElement()
                .satisfies(blob -> assertThat(blob.chunks()).hasSize(LiveSession.MAX_REPORTED_CHUNKS));
    }

    @Test
    void opensAnotherSessionWhenTheFirstHasEnded() throws Exception {
        open(7);
        BlobId old = session.newBlob();
        time.timePasses(RENEW_EVERY);
        next().result.completeExceptionally(new FlareException(Fault.UNAVAILABLE, "session 7 is not live"));
        open(9);
        assertThat(session.newBlob().session()).isEqualTo(9);
        session.settled(old);
        session.abandon(old, List.of());
        assertThat(renewal().abandoned()).isEmpty();
    }

    @Test
    void triesAgainWhenOpeningFails() throws Exception {
        next().result.completeExceptionally(new FlareException(Fault.SLOW_DOWN, "full"));
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            time.timePasses(RENEW_EVERY);
            return !submitted.isEmpty();
        });
        open(8);
    }

    @Test
    void closesTheSession() throws Exception {
        open(7);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        keeper.tell(new SessionKeeper.Close(closed));
        Submitted last = next();
        assertThat(last.command).isEqualTo(new CloseSession(7));
        last.result.complete(new Done());
        assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
        assertThatThrownBy(session::id).isInstanceOf(FlareException.class);
    }

    @Test
    void renewsAtOnceWhenAsked() throws Exception {
        open(7);
        CompletableFuture<Void> renewed = new CompletableFuture<>();
        keeper.tell(new SessionKeeper.RenewNow(renewed));
        Submitted renewal = next();
        assertThat(renewed).isNotDone();
        renewal.result.complete(new Done());
        assertThat(renewed).succeedsWithin(Duration.ofSeconds(10));
    }

    private void open(long id) throws InterruptedException {
        Submitted opening = next();
        assertThat(opening.command).isInstanceOf(OpenSession.class);
        opening.result.complete(id);
        await().pollInterval(Duration.ofMillis(2)).until(() -> session.idOrZero() == id);
    }

    /** Lets the next renewal succeed and waits until it has. */
    private RenewSession renewal() throws InterruptedException {
        time.timePasses(RENEW_EVERY);
        return applied(next());
    }

    private RenewSession retriedRenewal() throws InterruptedException {
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            time.timePasses(RENEW_EVERY);
            return !submitted.isEmpty();
        });
        return applied(next());
    }

    private RenewSession applied(Submitted submission) throws InterruptedException {
        RenewSession renewal = (RenewSession) submission.command;
        submission.result.complete(new Done());
        if (!renewal.abandoned().isEmpty()) {
            BlobId first = renewal.abandoned().get(0).id();
            await().pollInterval(Duration.ofMillis(2))
                    .until(() -> session.marks(1).abandoned().stream()
                            .noneMatch(blob -> blob.id().equals(first)));
        }
        TimeUnit.MILLISECONDS.sleep(20);
        return renewal;
    }

    private Submitted next() throws InterruptedException {
        Submitted next = submitted.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was submitted");
        }
        return next;
    }

    private static ChunkRecord chunk(BlobId blob) {
        return new ChunkRecord(new ChunkId(blob, 0), 10, 0, List.of(new NodeId(1), new NodeId(2)));
    }
}
