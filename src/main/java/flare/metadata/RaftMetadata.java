package flare.metadata;

import flare.backup.BackupSource;
import flare.config.RaftSettings;
import flare.config.SessionSettings;
import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata of this process: its Raft peer, the actors in front of it, and its session.
 *
 * <p>Commands go through {@link MetadataActor}. Reads of a peer that is alone and leads need no confirmation and, where
 * they look up single rows, run on the caller's thread; all others wait for {@link ReadActor} and run on the blocking
 * dispatcher.
 */
public final class RaftMetadata implements Metadata, AutoCloseable {

    /** How a process takes part in the metadata. */
    public record Options(
            RaftSettings raft,
            SessionSettings session,
            Path directory,
            String bind,
            Optional<URI> url,
            RaftTransport transport) {

        public Options(RaftSettings raft, SessionSettings session, Path directory, String bind, Optional<URI> url) {
            this(raft, session, directory, bind, url, RaftTransport.plain());
        }
    }

    private static final Logger log = LoggerFactory.getLogger(RaftMetadata.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final RatisNode node;
    private final LiveSession session;
    private final ActorRef<MetadataActor.Message> commands;
    private final ActorRef<ReadActor.Message> reads;
    private final ActorRef<SessionKeeper.Message> keeper;
    private final Executor readers;
    private final LogRoom room;
    private final AtomicBoolean checking = new AtomicBoolean();
    private final Exports exports = new Exports();
    private final Clock clock;

    private RaftMetadata(ActorSystem<?> system, Options options, RatisNode node, Clock clock) {
        this.node = node;
        this.clock = clock;
        this.room = new LogRoom(options.raft.reserve(), () -> freeShare(options.directory), System::nanoTime);
        this.session = new LiveSession(node::appliedIndex);
        this.readers = system.dispatchers().lookup(DispatcherSelector.blocking());
        String suffix = "-" + INSTANCES.incrementAndGet();
        this.commands = system.systemActorOf(
                MetadataActor.create(options.raft, node, session::idOrZero), "metadata" + suffix, Props.empty());
        this.reads = system.systemActorOf(
                ReadActor.create(node, options.raft.readTimeout(), System::nanoTime),
                "metadata-reads" + suffix,
                Props.empty());
        this.keeper = system.systemActorOf(
                SessionKeeper.create(
                        options.session,
                        session,
                        new SessionKeeper.Submitter() {
                            @Override
                            public <R> CompletionStage<R> submit(Command<R> command) {
                                return RaftMetadata.this.submit(command);
                            }
                        },
                        UUID.randomUUID(),
                        options.url),
                "session-keeper" + suffix,
                Props.empty());
    }

    private static double freeShare(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        return (double) store.getUsableSpace() / store.getTotalSpace();
    }

    /**
     * Starts this process's part; the group may have no leader and the process no session yet ({@link #status}). Throws
     * {@link IOException} with a sentence if the directory can't be used, {@link flare.config.InvalidSettingException} if
     * the settings contradict themselves.
     *
     * @param onFailure called once when the state can't be trusted any more: the process must stop
     */
    public static RaftMetadata start(ActorSystem<?> system, Options options, Clock clock, Consumer<Throwable> onFailure)
            throws IOException {
        LiveState.Opener opener = directory -> {
            RocksLibrary.load(options.directory.resolve("native"));
            return RocksState.open(
                    directory,
                    new Store.Memory(
                            options.raft.stateWriteBuffer().bytes(),
                            options.raft.stateBlockCache().bytes()));
        };
        return start(
                system,
                options,
                new RatisNode.Replicated(opener, new ProtobufLogCodec(), clock, options.transport),
                onFailure);
    }

    static RaftMetadata start(
            ActorSystem<?> system, Options options, RatisNode.Replicated replicated, Consumer<Throwable> onFailure)
            throws IOException {
        RatisNode node = RatisNode.start(options.raft, options.directory, options.bind, replicated, onFailure);
        return new RaftMetadata(system, options, node, replicated.clock());
    }

    /** Where the Raft port listens. */
    public InetSocketAddress address() {
        return node.address();
    }

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        CompletableFuture<Object> result = new CompletableFuture<>();
        try {
            CommandCheck.check(command);
            if (CommandTraits.grows(command)) {
                refuseWithoutRoom();
            }
        } catch (FlareException e) {
            return CompletableFuture.failedFuture(e);
        }
        commands.tell(new MetadataActor.Submit(command, result));
        return typed(result);
    }

    private void refuseWithoutRoom() {
        Optional<FlareException> refusal = room.refusal();
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    @Override
    public <R> CompletionStage<R> read(Query<R> query) {
        if (node.failed()) {
            return CompletableFuture.failedFuture(Unavailable.because("the metadata state failed"));
        }
        if (node.confirmed()) {
            return isLookup(query) ? answer(query) : CompletableFuture.supplyAsync(() -> query(query), readers);
        }
        CompletableFuture<Void> confirmed = new CompletableFuture<>();
        reads.tell(new ReadActor.Confirm(confirmed));
        return confirmed.thenApplyAsync(ignored -> query(query), readers);
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public RaftStatus status() {
        return node.status(session.idOrZero() != 0);
    }

    @Override
    public RaftPeers peers() {
        return node.peers();
    }

    /** Whether the directory makes renames durable by itself, so that a vote is not forgotten in a power loss. */
    public boolean renamesDurable() {
        return node.renamesDurable();
    }

    @Override
    public CompletionStage<FsckReport> fsck() {
        return checking(this::checked);
    }

    @Override
    public CompletionStage<List<Referent>> referents(Set<ChunkId> chunks, int limit) {
        return checking(() -> {
            try {
                return node.referents(chunks, limit);
            } catch (IOException | UncheckedIOException e) {
                throw unchecked(e);
            }
        });
    }

    /** One walk over all rows at a time. */
    private <T> CompletionStage<T> checking(Supplier<T> walk) {
        if (!checking.compareAndSet(false, true)) {
            return CompletableFuture.failedFuture(
                    new FlareException(Fault.SLOW_DOWN, "a check of the metadata is under way: wait for its end"));
        }
        return CompletableFuture.supplyAsync(walk, readers).whenComplete((result, failure) -> checking.set(false));
    }

    private static FlareException unchecked(Exception e) {
        return new FlareException(Fault.INTERNAL, "the metadata can't be checked: " + e.getMessage(), e);
    }

    @Override
    public CompletionStage<BackupSource> export() {
        // Once this is answered, everything committed before is in this process's state.
        return read(new Query.GetCluster()).thenApplyAsync(cluster -> exports.begin(this::exported), readers);
    }

    private BackupSource exported() {
        try {
            BackupSource backup = node.export(clock.instant());
            log.info("the metadata is exported: {}", backup.header());
            return backup;
        } catch (IOException | UncheckedIOException e) {
            throw new FlareException(Fault.INTERNAL, "the metadata can't be exported: " + e.getMessage(), e);
        }
    }

    private FsckReport checked() {
        try {
            FsckReport report = node.fsck();
            log.info(
                    "{} rows of the metadata up to entry {} were checked: {} problems",
                    report.rows(),
                    report.index(),
                    report.problems());
            return report;
        } catch (IOException | UncheckedIOException e) {
            throw unchecked(e);
        }
    }

    /** Registers what is to be known of snapshots. */
    public void measure(MeterRegistry metrics) {
        Gauge.builder("flare.snapshot.index", node, RatisNode::snapshotIndex)
                .description("Log index of the last snapshot, -1 before the first: the log is kept from there on")
                .register(metrics);
        Gauge.builder("flare.snapshot.failures", node, RatisNode::snapshotFailures)
                .description("Snapshots that failed since one was taken: the log grows until one is")
                .register(metrics);
    }

    /** Renews the session at once; completes when the abandoned blobs known now are reported. */
    public CompletionStage<Void> renewSession() {
        CompletableFuture<Void> renewed = new CompletableFuture<>();
        keeper.tell(new SessionKeeper.RenewNow(renewed));
        return renewed;
    }

    /** Closes the session, refuses what has no outcome, and stops the peer. */
    @Override
    public void close() throws IOException {
        if (!node.failed()) {
            closeSession();
        }
        exports.close();
        commands.tell(new MetadataActor.Stop());
        reads.tell(new ReadActor.Stop());
        node.close();
    }

    private void closeSession() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        keeper.tell(new SessionKeeper.Close(closed));
        try {
            closed.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("the session was not closed within {}; it will expire", CLOSE_LIMIT);
        } catch (ExecutionException e) {
            log.warn("the session was not closed; it will expire", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Queries that look up a handful of rows: cheaper than a change of threads. */
    private static boolean isLookup(Query<?> query) {
        return query instanceof Query.GetCluster
                || query instanceof Query.FindBucket
                || query instanceof Query.GetBucket
                || query instanceof Query.StatObject
                || query instanceof Query.OpenObject;
    }

    private <R> CompletionStage<R> answer(Query<R> query) {
        try {
            return CompletableFuture.completedFuture(query(query));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A row that can't be read is damage: what this process knows can't be trusted any more, also where it leads. */
    private <R> R query(Query<R> query) {
        try {
            return node.live().read(state -> state.query(query));
        } catch (UncheckedIOException e) {
            node.stateFailed(Objects.requireNonNull(e.getCause()));
            throw Unavailable.because("the metadata state failed", e);
        }
    }

    /** The state machine answers each command with a value of its result type. */
    @SuppressWarnings("unchecked")
    private static <R> CompletionStage<R> typed(CompletableFuture<Object> result) {
        return (CompletionStage<R>) (CompletionStage<?>) result;
    }
}
