package flare.metadata;

import flare.metadata.CommandLog.Committed;
import flare.metadata.ReplicatedState.Position;
import flare.telemetry.CrashPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' side of the replicated state.
 *
 * <p>Ratis applies again from its last snapshot at a start; the state knows its own position and entries up to it are
 * passed over. Everything is applied from the bytes of the log, on the leader too, so that no peer sees anything else.
 * After a failed apply nothing more is applied or answered: the process must stop.
 */
final class MetadataStateMachine extends BaseStateMachine {

    /** What the state machine needs from the one who starts it. */
    interface Host {
        /** Ratis' directory is formatted or recovered; nothing was voted yet. */
        void storageReady() throws IOException;

        /** Enough was applied since the last snapshot: replaying it would make the next start slow. */
        void snapshotDue();

        /** Another peer leads, or this one. */
        void ledBy(RaftPeerId leader);

        /** Those whose majority decides now, as {@link ProposerId} names them. */
        List<Long> voters();

        /** Ratis closed the state: this process is stopping, or it is no member any more. */
        void closed();

        /** The state can't be trusted any more. */
        void failed(Throwable cause);
    }

    private static final Logger log = LoggerFactory.getLogger(MetadataStateMachine.class);

    private final LiveState live;
    private final LogCodec codec;
    private final LogClock clock;
    private final Host host;
    private final SnapshotPace pace;
    private final Snapshots snapshots = new Snapshots();
    private final NavigableMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
    private volatile long appliedIndex = -1;
    private volatile boolean failed;

    MetadataStateMachine(LiveState live, LogCodec codec, LogClock clock, SnapshotPace pace, Host host) {
        this.live = live;
        this.codec = codec;
        this.clock = clock;
        this.pace = pace;
        this.host = host;
    }

    /** The last index whose effects are in the state. */
    long appliedIndex() {
        return appliedIndex;
    }

    /** Completes once {@link #appliedIndex} has reached {@code index}. */
    CompletableFuture<Void> applied(long index) {
        synchronized (waiting) {
            if (failed) {
                return CompletableFuture.failedFuture(Unavailable.because("the metadata state failed"));
            }
            if (index <= appliedIndex) {
                return CompletableFuture.completedFuture(null);
            }
            return waiting.computeIfAbsent(index, i -> new CompletableFuture<>());
        }
    }

    // ---- start, snapshots -------------------------------------------------------------------------------------------

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        getLifeCycle().startAndTransition(() -> {
            host.storageReady();
            snapshots.init(storage);
            Snapshots.Snapshot latest = snapshots.latest();
            live.open(latest);
            refuseGap(storage);
            if (latest != null) {
                setLastAppliedTermIndex(termIndex(latest.position()));
            }
            appliedIndexIs(live.state().applied());
        });
    }

    /** Entries that neither the state nor a snapshot has, and the log has no more: Ratis would wait for them for ever. */
    private void refuseGap(RaftStorage storage) throws IOException {
        long applied = live.state().applied().index();
        OptionalLong first =
                LogFiles.firstIndex(storage.getStorageDir().getCurrentDir().toPath());
        if (first.isPresent() && applied + 1 < first.getAsLong()) {
            throw new IOException(
                    "the log begins at entry " + first.getAsLong() + ", but the state reaches entry " + applied
                            + " only, and no whole snapshot goes further: the entries between are lost on this node. Put back a"
                            + " snapshot, or leave this peer down and replace it by a new peer id");
        }
    }

    /** Snapshots that failed since one was taken. */
    int snapshotFailures() {
        return pace.failuresInARow();
    }

    /** The index of the last snapshot, -1 before the first: the log is kept from there on. */
    long snapshotIndex() {
        Snapshots.Snapshot latest = snapshots.latest();
        return latest == null ? -1 : latest.position().index();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    @Override
    public long takeSnapshot() throws IOException {
        Position position = live.state().applied();
        long replayed = getLastAppliedTermIndex().getIndex();
        Snapshots.Snapshot latest = snapshots.latest();
        boolean stillReplaying = position.index() > replayed;
        if (failed || stillReplaying || position.index() <= 0) {
            return latest == null ? -1 : latest.position().index();
        }
        if (latest == null || latest.position().index() < position.index()) {
            takeSnapshot(position);
        }
        pace.taken();
        return position.index();
    }

    private void takeSnapshot(Position position) throws IOException {
        try {
            snapshots.take(live.state());
        } catch (DamagedStateException e) {
            throw fail(e);
        } catch (UncheckedIOException e) {
            // Ratis would stop the peer.
            throw notTaken(position, new IOException(e.getMessage(), e));
        } catch (IOException e) {
            throw notTaken(position, e);
        }
    }

    private IOException notTaken(Position position, IOException failure) {
        Duration pause = pace.failed();
        log.warn(
                "no snapshot was taken at index {}, {} in a row failed, and the log grows until one is; the next try"
                        + " is in {}",
                position.index(),
                pace.failuresInARow(),
                pause,
                failure);
        return failure;
    }

    @Override
    public void pause() {
        try {
            snapshots.syncIncoming();
        } catch (IOException e) {
            // Ratis goes on to publish; what is not on disk must not be built on.
            throw fail(e);
        }
        if (getLifeCycleState() != LifeCycle.State.PAUSED) {
            getLifeCycle().transition(LifeCycle.State.PAUSING);
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    /** Called on the applier's thread after a snapshot was installed. */
    @Override
    public void reinitialize() throws IOException {
        try {
            snapshots.reload();
            Snapshots.Snapshot installed = Objects.requireNonNull(snapshots.latest(), "no snapshot was installed");
            log.info("installing snapshot {}", installed);
            if (installed.position().index() > appliedIndex) {
                live.replaceBy(installed);
            }
            setLastAppliedTermIndex(termIndex(installed.position()));
            appliedIndexIs(live.state().applied());
        } catch (IOException | RuntimeException e) {
            throw fail(e);
        }
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        super.notifyLeaderChanged(member, leader);
        if (leader != null) {
            host.ledBy(leader);
        }
    }

    @Override
    public void close() {
        live.close();
        failWaiting();
        host.closed();
    }

    // ---- entries ----------------------------------------------------------------------------------------------------

    /** Nobody asks this way; Ratis' reads serve only to hear of a commit. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    /** The leader stamps the log's time in place of the proposer's; everything else is as proposed. */
    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        byte[] proposed = request.getMessage().getContent().toByteArray();
        clock.heard(ProposerId.of(request.getClientId()), codec.stampOf(proposed));
        long stampMillis = clock.stampMillis(host.voters(), live.state().stampMillis());
        byte[] stamped = codec.stamp(proposed, stampMillis);
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setLogData(UnsafeByteOperations.unsafeWrap(stamped))
                .build();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry());
        Position position = new Position(entry.getTerm(), entry.getIndex());
        Message answer = Message.EMPTY;
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        if (position.index() > appliedIndex) {
            answer = apply(position, data);
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        if (pace.isDueAfter(data.size())) {
            host.snapshotDue();
        }
        return CompletableFuture.completedFuture(answer);
    }

    /** Entries without commands: a leader's first, and configurations. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (index > appliedIndex) {
            refuseIfFailed();
            try {
                live.state().skip(new Position(term, index));
            } catch (IOException | RuntimeException e) {
                throw fail(e);
            }
            appliedIndexIs(new Position(term, index));
        }
        updateLastAppliedTermIndex(term, index);
    }

    /**
     * The log could not be written or synced. What the disk has of it is not known any more, and a sync that is tried
     * again proves nothing: the process stops, and a restart reads what is really there.
     */
    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        fail(cause);
    }

    private Message apply(Position position, ByteString data) {
        refuseIfFailed();
        try {
            EntryCodec.Entry entry = codec.decode(data.asReadOnlyByteBuffer());
            List<Outcome> outcomes = live.state().apply(position, entry.stampMillis(), entry.commands());
            CrashPoint.ENTRY_APPLIED.reached();
            appliedIndexIs(position);
            return new Answer(new Committed(position.index(), outcomes), codec);
        } catch (IOException | RuntimeException e) {
            throw fail(e);
        }
    }

    private void refuseIfFailed() {
        if (failed) {
            throw new IllegalStateException("the metadata state failed; nothing more is applied");
        }
    }

    private IllegalStateException fail(Throwable cause) {
        failed = true;
        log.error("the metadata state failed at index {}; this process must stop", appliedIndex, cause);
        failWaiting();
        host.failed(cause);
        return new IllegalStateException("the metadata state failed", cause);
    }

    private void failWaiting() {
        List<CompletableFuture<Void>> lost;
        synchronized (waiting) {
            failed = true;
            lost = List.copyOf(waiting.values());
            waiting.clear();
        }
        lost.forEach(future -> future.completeExceptionally(Unavailable.because("the metadata state is closed")));
    }

    private void appliedIndexIs(Position position) {
        List<CompletableFuture<Void>> reached;
        synchronized (waiting) {
            appliedIndex = position.index();
            Map<Long, CompletableFuture<Void>> head = waiting.headMap(position.index(), true);
            reached = List.copyOf(head.values());
            head.clear();
        }
        reached.forEach(future -> future.complete(null));
    }

    private static TermIndex termIndex(Position position) {
        return TermIndex.valueOf(position.term(), position.index());
    }

    /** Outcomes on their way back: the objects themselves in this process, bytes only for another. */
    static final class Answer implements Message {
        private final Committed committed;
        private final LogCodec codec;

        private Answer(Committed committed, LogCodec codec) {
            this.committed = committed;
            this.codec = codec;
        }

        Committed committed() {
            return committed;
        }

        @Override
        public ByteString getContent() {
            return UnsafeByteOperations.unsafeWrap(codec.encodeOutcomes(committed.outcomes()));
        }

        @Override
        public int size() {
            return 0;
        }
    }
}
