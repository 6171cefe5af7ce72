package flare.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import flare.metadata.ClusterSettings;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftChange;
import flare.metadata.RaftPeerView;
import flare.metadata.RaftPeers;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.telemetry.SyncTimes;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterChecksTest {

    private static final long NOW = 1_000_000_000;

    private final Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    private final Known metadata = new Known();
    private final List<NodeAnswer.Node> nodes = new ArrayList<>();

    /** What a cluster knows of itself. */
    private final class Known implements Metadata {

        private int copies = 3;
        private Optional<String> leader = Optional.of("a");
        private boolean readable = true;
        private final List<RaftPeerView> peers = new ArrayList<>();

        @Override
        public <R> CompletionStage<R> submit(Command<R> command) {
            throw new UnsupportedOperationException("the doctor changes nothing: " + command);
        }

        @Override
        @SuppressWarnings("unchecked") // the answer's type is the query's own
        public <R> CompletionStage<R> read(Query<R> query) {
            if (!readable) {
                return CompletableFuture.failedStage(new IllegalStateException("no leader"));
            }
            return (CompletionStage<R>) CompletableFuture.completedStage(
                    query instanceof Query.GetCluster
                            ? Optional.of(new ClusterState(
                                    new UUID(0, 7), 1, 2, new ClusterSettings(copies, 1 << 23, "round-robin")))
                            : nodes.stream()
                                    .map(node -> new Query.NodeUsage(node.info(), 0, 0, 0))
                                    .toList());
        }

        @Override
        public Session session() {
            throw new UnsupportedOperationException("the doctor reads no object");
        }

        @Override
        public RaftStatus status() {
            return new RaftStatus("a", leader, 3, OptionalLong.empty(), 9, 9, true, 3);
        }

        @Override
        public RaftPeers peers() {
            return new RaftPeers() {
                @Override
                public CompletionStage<List<RaftPeerView>> list() {
                    return CompletableFuture.completedStage(List.copyOf(peers));
                }

                @Override
                public CompletionStage<Void> change(RaftChange change) {
                    throw new UnsupportedOperationException("the doctor changes nothing");
                }
            };
        }
    }

    private void peer(String id, String role, boolean voter, long lag) {
        metadata.peers.add(new RaftPeerView(id, "127.0.0.1:8010", role, voter, 3, 9, 9, lag));
    }

    private void node(int id, String zone, NodeState state, Optional<String> unusable, NodeAnswer answer) {
        nodes.add(new NodeAnswer.Node(
                info(id, zone, state), unusable, () -> CompletableFuture.completedStage(answer), Optional.empty()));
    }

    private static NodeInfo info(int id, String zone, NodeState state) {
        return new NodeInfo(
                new NodeId(id), new UUID(1, id), URI.create("http://127.0.0.1:" + (9000 + id)), zone, 1.0, 1, state);
    }

    private void healthy(int id, String zone) {
        node(id, zone, NodeState.ACTIVE, Optional.empty(), new NodeAnswer(NOW, "ok", 0));
    }

    private static List<Finding> look(Check check) throws Exception {
        return check.look().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private List<Finding> raft() throws Exception {
        return look(new RaftCheck(metadata, true));
    }

    private List<Finding> nodes() throws Exception {
        return look(new NodesCheck(metadata, () -> List.copyOf(nodes), 0, clock));
    }

    private static List<Finding> bad(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() != Severity.OK)
                .toList();
    }

    private static Finding onlyBad(List<Finding> findings) {
        List<Finding> bad = bad(findings);
        assertThat(bad).hasSize(1);
        assertThat(bad.get(0).wayOut()).isNotNull();
        return bad.get(0);
    }

    private void threePeers() {
        peer("a", "leader", true, 0);
        peer("b", "follower", true, 4);
        peer("c", "follower", true, -1);
    }

    @Test
    void findsNothingWrongWithThreePeersThatKeepUp() throws Exception {
        threePeers();
        assertThat(bad(raft())).isEmpty();
    }

    @Test
    void namesAPeerThatDoesNotAnswer() throws Exception {
        peer("a", "leader", true, 0);
        peer("b", "follower", true, 0);
        peer("c", "unreachable", true, -1);
        Finding finding = onlyBad(raft());
        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.subject()).isEqualTo("peer c at 127.0.0.1:8010");
        assertThat(finding.wayOut()).contains("flare raft add NEW --replace c");
    }

    @Test
    void aListenerThatDoesNotAnswerOrIsFarBehindIsNoFailure() throws Exception {
        threePeers();
        peer("d", "unreachable", false, -1);
        peer("e", "listener", false, 1_000_000);
        assertThat(bad(raft()))
                .extracting(Finding::severity, Finding::value)
                .containsExactly(
                        tuple(Severity.WARN, "does not answer; it has no vote"),
                        tuple(Severity.WARN, "listener, 1000000 entries behind"));
    }

    @Test
    void warnsOfOneVoterAndOfTwo() throws Exception {
        peer("a", "leader", true, 0);
        assertThat(onlyBad(raft()).value()).contains("a single voter holds the only metadata");
        metadata.copies = 1;
        assertThat(bad(raft())).isEmpty();
        peer("b", "follower", true, 0);
        assertThat(onlyBad(raft()).value()).isEqualTo("2: no more of them may fail than of 1");
    }

    @Test
    void goesOnWithoutALeader() throws Exception {
        threePeers();
        metadata.leader = Optional.empty();
        metadata.readable = false;
        assertThat(onlyBad(raft()).subject()).isEqualTo("leader");
    }

    @Test
    void warnsWhereAVoteMayBeForgotten() throws Exception {
        threePeers();
        assertThat(onlyBad(look(new RaftCheck(metadata, false))).value()).contains("D attribute");
    }

    @ParameterizedTest
    @CsvSource({"3, OK", "2, WARN", "1, FAIL"})
    void wantsAsManyUsableNodesAsCopies(int usable, Severity severity) throws Exception {
        for (int id = 1; id <= usable; id++) {
            healthy(id, "");
        }
        node(9, "", NodeState.DRAINING, Optional.of("it is draining"), new NodeAnswer(NOW, "ok", 0));
        node(10, "", NodeState.REMOVED, Optional.of("removed"), new NodeAnswer(NOW, "ok", 0));

        List<Finding> findings = nodes();

        assertThat(findings.get(0).severity()).isEqualTo(severity);
        assertThat(findings.get(0).value())
                .isEqualTo("3 wanted, " + usable + " of " + (usable + 1) + " nodes usable, in 1 zone");
        assertThat(bad(findings.subList(1, findings.size()))).isEmpty();
    }

    @Test
    void wantsAsManyZonesAsCopiesWhereThereAreZones() throws Exception {
        healthy(1, "east");
        healthy(2, "east");
        healthy(3, "west");
        assertThat(onlyBad(nodes()).wayOut()).contains("have nodes in 3 zones");
        healthy(4, "north");
        assertThat(bad(nodes())).isEmpty();
    }

    @Test
    void namesANodeThatDoesNotAnswerAndOneThatIsLost() throws Exception {
        metadata.copies = 1;
        healthy(1, "");
        nodes.add(new NodeAnswer.Node(
                info(2, "", NodeState.ACTIVE),
                Optional.of("no answer"),
                () -> CompletableFuture.failedStage(new IllegalStateException("connection refused")),
                Optional.of(() -> CompletableFuture.failedStage(new IllegalStateException("connection refused")))));
        nodes.add(new NodeAnswer.Node(
                info(3, "", NodeState.ACTIVE),
                Optional.of("unknown"),
                () -> {
                    throw new IllegalStateException("not connected");
                },
                Optional.empty()));
        node(4, "", NodeState.LOST, Optional.of("lost"), new NodeAnswer(NOW, "ok", 0));

        assertThat(bad(nodes()))
                .extracting(Finding::severity, Finding::value)
                .containsExactly(
                        tuple(Severity.FAIL, "does not answer: connection refused"),
                        tuple(Severity.FAIL, "does not answer: not connected"),
                        tuple(Severity.WARN, "lost"));
    }

    @ParameterizedTest
    @CsvSource({"failed, FAIL", "full, FAIL", "ok, OK"})
    void tellsANodesDisk(String disk, Severity severity) throws Exception {
        metadata.copies = 1;
        healthy(1, "");
        node(2, "", NodeState.ACTIVE, Optional.empty(), new NodeAnswer(NOW, disk, 0));

        assertThat(nodes().get(3).severity()).isEqualTo(severity);
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "-4999, OK", "5001, WARN", "-900001, FAIL"})
    void tellsANodesClock(long offsetMillis, Severity severity) throws Exception {
        metadata.copies = 1;
        node(1, "", NodeState.ACTIVE, Optional.empty(), new NodeAnswer(NOW + offsetMillis, "ok", 0));

        Finding finding = nodes().get(2);

        assertThat(finding.check()).isEqualTo("clock");
        assertThat(finding.severity()).isEqualTo(severity);
    }

    @ParameterizedTest
    @CsvSource({"ext4, 1, OK", "xfs, 25, WARN", "ext4, 501, FAIL", "tmpfs, 0, WARN"})
    void tellsHowFastTheDiskOfANodeElsewhereSyncs(String fileSystem, long millis, Severity severity) throws Exception {
        metadata.copies = 1;
        SyncTimes times = new SyncTimes(millis * 1_000_000, millis * 2_000_000, 50, fileSystem);
        nodes.add(new NodeAnswer.Node(
                info(1, "", NodeState.ACTIVE),
                Optional.empty(),
                () -> CompletableFuture.completedStage(new NodeAnswer(NOW, "ok", 0)),
                Optional.of(() -> CompletableFuture.completedStage(times))));

        Finding finding = nodes().get(3);

        assertThat(finding.check()).isEqualTo("fsync");
        assertThat(finding.subject()).isEqualTo("data node 1 at http://127.0.0.1:9001");
        assertThat(finding.severity()).isEqualTo(severity);
    }

    @Test
    void warnsWhereANodeElsewhereDoesNotMeasure() throws Exception {
        metadata.copies = 1;
        nodes.add(new NodeAnswer.Node(
                info(1, "", NodeState.ACTIVE),
                Optional.empty(),
                () -> CompletableFuture.completedStage(new NodeAnswer(NOW, "ok", 0)),
                Optional.of(() -> CompletableFuture.failedStage(new IllegalStateException("no such route")))));

        assertThat(onlyBad(nodes()).value()).isEqualTo("not measured: no such route");
    }

    @Test
    void warnsOfCopiesThatAreSetAside() throws Exception {
        metadata.copies = 1;
        node(1, "", NodeState.ACTIVE, Optional.empty(), new NodeAnswer(NOW, "ok", 3));
        assertThat(onlyBad(nodes()).value()).isEqualTo("3 corrupt copies are set aside");
    }
}
