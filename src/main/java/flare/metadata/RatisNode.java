package flare.metadata;

import flare.backup.BackupSource;
import flare.config.InvalidSettingException;
import flare.config.RaftSettings;
import flare.model.ChunkId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's peer of the Raft group. Proposes in process where it leads, and forwards to the leader where not. Every
 * attempt is a new call for Ratis; that a command takes effect once is the state machine's doing (I4).
 */
final class RatisNode implements CommandLog, AutoCloseable {

    /** What is applied, how it is written down, and how it travels. */
    record Replicated(LiveState.Opener opener, LogCodec codec, Clock clock, RaftTransport transport) {

        Replicated(LiveState.Opener opener, LogCodec codec, Clock clock) {
            this(opener, codec, clock, RaftTransport.plain());
        }
    }

    private static final Logger log = LoggerFactory.getLogger(RatisNode.class);
    /** How long a process that joins looks for the group. */
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(60);
    /** A leader sends a heartbeat in less than half of the shortest election timeout. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private final Membership membership;
    private final LogCodec codec;
    private final MetaDirectory directory;
    private final MetadataStateMachine stateMachine;
    private final LiveState live;
    private final ThreadGroup threads;
    private final RaftServer server;
    private final StateMachineHost host;
    private final RaftGroupId groupId;
    private final LeaderClient leaderClient;
    private final GroupAdmin peers;
    private final MembershipWatch watch;
    private final LogClock clock;
    private final ClientId clientId;
    private final AtomicLong nextCall = new AtomicLong();
    private volatile boolean failed;
    private volatile boolean closing;

    private RatisNode(
            RaftSettings settings,
            RaftProperties properties,
            Membership membership,
            MetaDirectory directory,
            Replicated replicated,
            Consumer<Throwable> onFailure)
            throws IOException {
        this.membership = membership;
        this.codec = replicated.codec();
        this.directory = directory;
        this.live = new LiveState(directory.state(), replicated.opener());
        this.groupId = membership.group();
        RaftPeerId own = membership.peer().getId();
        this.clientId = ProposerId.draw(own);
        this.clock = new LogClock(ProposerId.of(own), replicated.clock(), System::nanoTime);
        this.host = new StateMachineHost(onFailure);
        this.stateMachine = new MetadataStateMachine(
                live,
                codec,
                clock,
                new SnapshotPace(
                        settings.snapshotEntries(), settings.snapshotBytes().bytes(), System::nanoTime),
                host);
        this.threads = new ThreadGroup("raft-" + membership.id());
        this.server = RaftServer.newBuilder()
                .setThreadGroup(threads)
                .setServerId(membership.peer().getId())
                .setGroup(RaftGroup.valueOf(groupId, membership.first()))
                .setProperties(properties)
                .setParameters(replicated.transport().parameters())
                // Formats only what was never there; the builder's default would format always.
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachine(stateMachine)
                .build();
        this.leaderClient = new LeaderClient(clientId, properties, replicated.transport());
        this.peers = new GroupAdmin(groupId, this::conf, replicated.transport());
        this.watch = new MembershipWatch(
                new MembershipWatch.Own(
                        membership.peer(),
                        () -> isMember(conf()),
                        this::hearsLeader,
                        () -> division().getInfo().getCurrentTerm()),
                peers,
                host,
                membership.joins());
    }

    /**
     * Starts the peer; it may have no leader yet. Throws {@link IOException} with a sentence if the directory can't be
     * used.
     *
     * @param onFailure called once when the state can't be trusted any more: the process must stop
     */
    static RatisNode start(
            RaftSettings settings, Path metaDir, String bind, Replicated replicated, Consumer<Throwable> onFailure)
            throws IOException {
        if (!replicated.transport().isSecured()) {
            refuseInsecure(settings, bind);
        }
        RaftMembers members = RaftMembers.of(settings, bind);
        MetaDirectory directory = MetaDirectory.open(metaDir);
        try {
            Membership membership = Membership.of(directory, members, bind, JOIN_LIMIT, replicated.transport());
            RaftProperties properties = RatisProperties.of(
                    settings,
                    members.startsAlone()
                            && directory.recordedVoters(membership.identity()).orElse(1) == 1,
                    directory.raft(),
                    bind,
                    membership.own().port());
            RatisNode node = new RatisNode(settings, properties, membership, directory, replicated, onFailure);
            try {
                node.server.start();
                node.endListenersTimer();
            } catch (CompletionException e) {
                node.abandon();
                if (e.getCause() instanceof DamagedStateException damaged) {
                    throw damaged;
                }
                throw new IOException(
                        "the metadata log in " + directory.raft() + " can't be opened, and was left as it is: "
                                + rootMessage(e),
                        e);
            } catch (IOException | RuntimeException e) {
                node.abandon();
                throw e;
            }
            node.begin(members);
            return node;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private void endListenersTimer() throws IOException {
        if (division().getInfo().isListener()) {
            ListenerTimer.end(threads);
        }
    }

    private void begin(RaftMembers members) {
        // The port may be any free one.
        peers.reachAt(RaftPeer.newBuilder(membership.peer())
                .setAddress(membership.own().host() + ":" + address().getPort())
                .build());
        watch.start();
        boolean asSet = members.joins()
                || conf().getAllPeers().stream()
                        .allMatch(peer -> members.all().stream()
                                .anyMatch(member ->
                                        member.id().equals(peer.getId().toString())));
        if (!asSet) {
            log.info(
                    "the group's members are {}; flare.raft.peers, {}, only founded it",
                    conf().getAllPeers(),
                    members.all());
        }
    }

    /** After a start that failed; the directory is the caller's. */
    private void abandon() throws IOException {
        closing = true;
        watch.close();
        peers.close();
        leaderClient.close();
        server.close();
        live.close();
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Where other peers reach this one. */
    InetSocketAddress address() {
        return server.getServerRpc().getInetSocketAddress();
    }

    /** Whether the state can't be trusted any more. */
    boolean failed() {
        return failed;
    }

    /** The state can't be read: nothing is proposed, confirmed or led here any more, and the process must stop. */
    void stateFailed(Throwable cause) {
        log.error("the metadata state can't be read; this process must stop", cause);
        host.failed(cause);
    }

    LiveState live() {
        return live;
    }

    long appliedIndex() {
        return stateMachine.appliedIndex();
    }

    int snapshotFailures() {
        return stateMachine.snapshotFailures();
    }

    long snapshotIndex() {
        return stateMachine.snapshotIndex();
    }

    RaftStatus status(boolean sessionLive) {
        DivisionInfo info = division().getInfo();
        long term = info.getCurrentTerm();
        // Ready: the first entry of its own term is applied. The term is read again, since it may have changed between.
        boolean leads = !failed && info.isLeader() && info.isLeaderReady() && info.getCurrentTerm() == term;
        return new RaftStatus(
                membership.id(),
                Optional.ofNullable(info.getLeaderId()).map(RaftPeerId::toString),
                term,
                leads ? OptionalLong.of(term) : OptionalLong.empty(),
                stateMachine.appliedIndex(),
                division().getRaftLog().getLastCommittedIndex(),
                sessionLive,
                conf().getCurrentPeers().size());
    }

    @Override
    public CompletionStage<Committed> propose(List<Envelope> commands) {
        ByteString bytes = UnsafeByteOperations.unsafeWrap(codec.encode(clock.ownMillis(), commands));
        DivisionInfo info = division().getInfo();
        RaftPeerId leader = info.isLeader() ? server.getId() : info.getLeaderId();
        if (failed || leader == null) {
            return CompletableFuture.failedFuture(Unavailable.because("no leader of the metadata log is known"));
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(leader)
                .setGroupId(groupId)
                .setCallId(nextCall.getAndIncrement())
                .setMessage(Message.valueOf(bytes))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        return send(request, leader).thenApply(this::committed);
    }

    @Override
    public boolean confirmed() {
        // Alone, nobody else can have committed anything, and this peer acknowledges only what it applied.
        return !failed && isAlone(conf()) && division().getInfo().isLeaderReady();
    }

    /**
     * An empty entry, proposed after the call and applied here, shows that whoever proposed it led the group then. Ratis'
     * own confirmation is no such proof: see docs/decisions.
     */
    @Override
    public CompletionStage<Void> confirm() {
        if (confirmed()) {
            return CompletableFuture.completedFuture(null);
        }
        return propose(List.of()).thenCompose(committed -> {
            CompletableFuture<Void> applied = stateMachine.applied(committed.index());
            if (!applied.isDone()) {
                learnCommit();
            }
            return applied;
        });
    }

    /** A follower hears of a commit with the next heartbeat only; Ratis' read index has the leader send one at once. */
    private void learnCommit() {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(groupId)
                .setCallId(nextCall.getAndIncrement())
                .setMessage(Message.EMPTY)
                .setType(RaftClientRequest.readRequestType())
                .build();
        var unused = send(request, server.getId()).whenComplete((reply, failure) -> {
            if (failure != null) {
                log.debug("the leader sent no heartbeat; the next one comes by itself", failure);
            }
        });
    }

    /** Leaves a snapshot, so that the next start has nothing to replay. */
    @Override
    public void close() throws IOException {
        closing = true;
        watch.close();
        peers.close();
        leaderClient.close();
        server.close();
        live.close();
        directory.close();
    }

    private CompletableFuture<RaftClientReply> send(RaftClientRequest request, RaftPeerId leader) {
        if (!leader.equals(server.getId())) {
            RaftPeer peer = conf().getPeer(leader, RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER);
            return peer == null
                    ? CompletableFuture.failedFuture(
                            Unavailable.because("the leader " + leader + " is no member known here"))
                    : leaderClient.send(request, peer);
        }
        try {
            return server.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Committed committed(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw Unavailable.because("the metadata log did not take an entry", reply.getException());
        }
        if (reply.getMessage() instanceof MetadataStateMachine.Answer answer) {
            return answer.committed();
        }
        try {
            ByteString outcomes = reply.getMessage().getContent();
            return new Committed(reply.getLogIndex(), codec.decodeOutcomes(outcomes.asReadOnlyByteBuffer()));
        } catch (IOException e) {
            // Committed, but what came of it can't be read here: asked again, it is answered from the kept results.
            throw Unavailable.because("the outcomes of entry " + reply.getLogIndex() + " can't be read", e);
        }
    }

    /** Checks the rows of a checkpoint against each other; takes long. */
    FsckReport fsck() throws IOException {
        return walk(rows -> new Fsck(rows, Fsck.BLOBS_A_PASS).run());
    }

    /** What refers to chunks; takes long. */
    List<Referent> referents(Set<ChunkId> chunks, int limit) throws IOException {
        return walk(rows -> new Referents(rows, limit).of(chunks));
    }

    private <T> T walk(Function<RowReader, T> walk) throws IOException {
        Path scratch = directory.scratch();
        DurableFiles.deleteTree(scratch);
        try {
            checkpoint(scratch);
            try (CheckpointRows rows = CheckpointRows.open(scratch)) {
                return walk.apply(rows);
            }
        } finally {
            DurableFiles.deleteTree(scratch);
        }
    }

    /** A backup of the state as of now, which is deleted once that is closed. One at a time. Reads the whole state. */
    BackupSource export(Instant now) throws IOException {
        Path scratch = directory.exported();
        DurableFiles.deleteTree(scratch);
        try {
            Path state = scratch.resolve("state");
            Path notes = Files.createDirectories(scratch.resolve("notes"));
            checkpoint(state);
            return new BackupSource(
                    CheckpointHeader.read(state, notes, now), state, () -> DurableFiles.deleteTree(scratch));
        } catch (IOException | RuntimeException e) {
            DurableFiles.deleteTree(scratch);
            throw e;
        }
    }

    private void checkpoint(Path target) {
        live.read(state -> {
            try {
                state.checkpoint(target);
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Whether a vote is kept through a power loss without more ado. */
    boolean renamesDurable() {
        return directory.renamesDurable();
    }

    RaftPeers peers() {
        return peers;
    }

    private RaftConfiguration conf() {
        return division().getRaftConf();
    }

    /** A listener that was removed goes on naming the leader that has stopped sending to it. */
    private boolean hearsLeader() {
        DivisionInfo info = division().getInfo();
        return info.isLeader()
                || (info.getLeaderId() != null
                        && info.getRoleInfoProto()
                                        .getFollowerInfo()
                                        .getLeaderInfo()
                                        .getLastRpcElapsedTimeMs()
                                < SILENCE.toMillis());
    }

    private boolean isMember(RaftConfiguration conf) {
        return conf.getPeer(server.getId(), RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER) != null;
    }

    /** Whether this peer is the only voter, and was before a change under way, too. */
    private boolean isAlone(RaftConfiguration conf) {
        return conf.getPreviousPeers().isEmpty()
                && conf.getCurrentPeers().size() == 1
                && conf.getPeer(server.getId()) != null;
    }

    private RaftServer.Division division() {
        try {
            return server.getDivision(groupId);
        } catch (IOException e) {
            throw Unavailable.because("the metadata log is stopped", e);
        }
    }

    private void requestSnapshot() {
        SnapshotManagementRequest request = SnapshotManagementRequest.newCreate(
                clientId,
                server.getId(),
                groupId,
                nextCall.getAndIncrement(),
                RatisProperties.REQUEST_TIMEOUT.toMillis());
        var unused = server.snapshotManagementAsync(request).whenComplete((reply, failure) -> {
            if (failure != null) {
                log.debug("no snapshot was taken; the state machine says why, and asks again later", failure);
            }
        });
    }

    private static void refuseInsecure(RaftSettings settings, String bind) throws IOException {
        if (!settings.insecure() && !InetAddress.getByName(bind).isLoopbackAddress()) {
            throw new InvalidSettingException("flare.bind = " + bind + " is not allowed for the Raft port without"
                    + " flare.nodes-tls: anyone who reaches it could change the metadata; a loopback address is, or"
                    + " flare.raft.insecure = true");
        }
    }

    private final class StateMachineHost implements MetadataStateMachine.Host, MembershipWatch.Events {
        private final Consumer<Throwable> onFailure;
        private final AtomicBoolean told = new AtomicBoolean();
        private final ProposerId.Voters voters = new ProposerId.Voters();

        private StateMachineHost(Consumer<Throwable> onFailure) {
            this.onFailure = onFailure;
        }

        @Override
        public void storageReady() throws IOException {
            directory.initialised(membership.identity());
        }

        @Override
        public void ledBy(RaftPeerId leader) {
            leaderClient.ledBy(leader);
        }

        @Override
        public List<Long> voters() {
            return voters.of(conf());
        }

        @Override
        public void snapshotDue() {
            requestSnapshot();
        }

        @Override
        public void joining() throws IOException {
            directory.setJoining(true);
        }

        @Override
        public void joined() throws IOException {
            directory.setJoining(false);
        }

        @Override
        public void closed() {
            if (!closing && !failed) {
                watch.ended();
            }
        }

        @Override
        public void removed() {
            if (!failed) {
                failed(new IllegalStateException("peer " + membership.id()
                        + " is no member of the metadata log any more: it was removed. To have this process join under a"
                        + " new id, empty " + directory.root() + " and start it "
                        + MetaDirectory.JOINING));
            }
        }

        @Override
        public void broken() {
            failed(new IllegalStateException("the metadata log of peer " + membership.id()
                    + " stopped by itself; what is logged before says why. Restart this process; leave "
                    + directory.root() + " as it is: it is a member still"));
        }

        @Override
        public void failed(Throwable cause) {
            if (told.compareAndSet(false, true)) {
                failed = true;
                onFailure.accept(cause);
            }
        }
    }
}
