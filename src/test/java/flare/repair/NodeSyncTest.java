package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.data.DataNode.DiskState;
import flare.data.DataNode.NodeHealth;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NodeSyncTest {

    private static final URI HERE = URI.create("http://here:1");
    private static final URI THERE = URI.create("http://there:2");
    private static final UUID NODE = new UUID(5, 5);

    private final World world = new World(0, 1);
    private final List<URI> named = new ArrayList<>();
    private final Map<URI, NodeHealth> answering = new HashMap<>();
    private Map<NodeId, String> distrusted = Map.of();
    private final NodeSync sync = new NodeSync(
            world.ask, () -> named, this::identify, reasons -> distrusted = reasons, Duration.ofSeconds(2));

    @Test
    void addsANamedNodeAndRecordsItsIncarnation() {
        named.add(HERE);
        answer(HERE, NODE, 3);
        sync.step();
        assertThat(node().url()).isEqualTo(HERE);
        assertThat(node().incarnation()).isEqualTo(3);
        assertThat(node().state()).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void aNodeThatDoesNotAnswerIsAddedOnceItDoes() {
        named.add(HERE);
        sync.step();
        assertThat(nodes()).isEmpty();
        assertThat(sync.tally().note()).contains("http://here:1 does not answer");
        answer(HERE, NODE, 1);
        sync.step();
        assertThat(nodes()).hasSize(1);
    }

    @Test
    void takesNoNodeOfAnotherCluster() {
        named.add(HERE);
        answering.put(
                HERE, new NodeHealth(NODE, Optional.of(new UUID(9, 9)), 1, NODE, 1, 1, DiskState.OK, 0, 0, 0, 0, ""));
        sync.step();
        assertThat(nodes()).isEmpty();
        assertThat(sync.tally().note()).contains("http://here:1 answers as a node of another cluster");
    }

    @Test
    void neverAddsARemovedNodeAgain() {
        addedHere();
        world.ask.submit(new Command.SetNodeState(node().id(), NodeState.REMOVED));
        sync.step();
        assertThat(nodes()).hasSize(1);
        assertThat(node().state()).isEqualTo(NodeState.REMOVED);
        assertThat(sync.tally().note()).contains("was removed and is not added again");
    }

    @Test
    void recordsARestartAtAnotherAddress() {
        addedHere();
        answering.clear();
        named.set(0, THERE);
        answer(THERE, NODE, 4);
        sync.step();
        assertThat(node().url()).isEqualTo(THERE);
        assertThat(node().incarnation()).isEqualTo(4);
    }

    @Test
    void aRestoredDiskTakesNoNewCopiesUntilAnOperatorActs() {
        addedHere();
        answer(HERE, NODE, 2);
        sync.step();
        assertThat(node().state()).isEqualTo(NodeState.DRAINING);
        assertThat(node().incarnation()).isEqualTo(3);
        assertThat(distrusted.get(node().id())).contains("restored disk: incarnation 2 is below the recorded 3");
        assertThat(sync.tally().alarm()).isPresent();
        answer(HERE, NODE, 4);
        sync.step();
        assertThat(node().state()).isEqualTo(NodeState.DRAINING);
    }

    @Test
    void refusesANodeWhoseIdentityAnswersAtTwoAddresses() {
        addedHere();
        named.add(THERE);
        answer(THERE, NODE, 9, new UUID(8, 2));
        sync.step();
        assertThat(distrusted.get(node().id()))
                .contains("two addresses")
                .contains("there")
                .contains("here");
        assertThat(node().incarnation()).isEqualTo(3);
        answering.remove(HERE);
        sync.step();
        assertThat(distrusted).isEmpty();
        assertThat(node().url()).isEqualTo(THERE);
    }

    @Test
    void addsNeitherOfTwoThatAnswerAsOneNewNode() {
        named.addAll(List.of(HERE, THERE));
        answer(HERE, NODE, 1);
        // A copy of the disk, started as often: only the process is another.
        answer(THERE, NODE, 1, new UUID(8, 2));
        sync.step();
        assertThat(nodes()).isEmpty();
        assertThat(sync.tally().note()).contains("it is not added");
    }

    @Test
    void takesOneProcessUnderTwoNamesForOneNode() {
        named.addAll(List.of(HERE, THERE));
        answer(HERE, NODE, 1);
        answer(THERE, NODE, 1);
        sync.step();
        assertThat(node().url()).isEqualTo(HERE);
        assertThat(sync.tally().note())
                .contains("http://here:1 and http://there:2: one process, taken at http://here:1");
        assertThat(distrusted).isEmpty();

        named.remove(HERE);
        answer(HERE, NODE, 2);
        answer(THERE, NODE, 2);
        sync.step();
        assertThat(node().url()).as("the recorded name stays").isEqualTo(HERE);
        assertThat(node().incarnation()).isEqualTo(2);
        assertThat(distrusted).isEmpty();
        assertThat(sync.tally().alarm()).isEmpty();
    }

    private void addedHere() {
        named.add(HERE);
        answer(HERE, NODE, 3);
        sync.step();
    }

    private void answer(URI url, UUID uuid, long incarnation) {
        answer(url, uuid, incarnation, new UUID(8, 1));
    }

    private void answer(URI url, UUID uuid, long incarnation, UUID process) {
        answering.put(
                url, new NodeHealth(uuid, Optional.empty(), incarnation, process, 1, 1, DiskState.OK, 0, 0, 0, 0, ""));
    }

    private CompletionStage<NodeHealth> identify(URI url) {
        NodeHealth health = answering.get(url);
        return health == null
                ? CompletableFuture.failedStage(new IllegalStateException("refused by test"))
                : CompletableFuture.completedStage(health);
    }

    private List<NodeInfo> nodes() {
        return world.ask.read(new Query.ListNodes()).stream()
                .map(Query.NodeUsage::node)
                .toList();
    }

    private NodeInfo node() {
        return nodes().get(0);
    }
}
