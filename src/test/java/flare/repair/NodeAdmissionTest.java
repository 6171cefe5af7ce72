package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.DataNode.DiskState;
import flare.data.DataNode.NodeHealth;
import flare.metadata.ClusterState;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import java.net.ConnectException;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NodeAdmissionTest {

    private static final URI HERE = URI.create("http://10.0.0.7:9000");

    private final World world = new World(2, 1);
    private CompletionStage<NodeHealth> answer =
            CompletableFuture.completedStage(health(new UUID(9, 9), Optional.empty()));
    private final NodeAdmission admission = new NodeAdmission(world.metadata, url -> answer);

    private static NodeHealth health(UUID uuid, Optional<UUID> cluster) {
        return new NodeHealth(uuid, cluster, 1, uuid, 1, 1, DiskState.OK, 0, 0, 0, 0, "");
    }

    @Test
    void takesANewNodeWithItsPlace() {
        assertThat(admit()).isEqualTo(new NodeId(3));
        NodeInfo node = world.ask.read(new Query.ListNodes()).get(2).node();
        assertThat(node.url()).isEqualTo(HERE);
        assertThat(node.zone()).isEqualTo("rack");
        assertThat(node.weight()).isEqualTo(2.5);
    }

    @Test
    void takesANodeThatKnowsThisCluster() {
        UUID cluster = world.ask
                .read(new Query.GetCluster())
                .map(ClusterState::clusterId)
                .orElseThrow();
        answer = CompletableFuture.completedStage(health(new UUID(9, 9), Optional.of(cluster)));
        assertThat(admit()).isEqualTo(new NodeId(3));
    }

    @Test
    void refusesANodeThatIsThere() {
        UUID known = world.ask.read(new Query.ListNodes()).get(1).node().uuid();
        answer = CompletableFuture.completedStage(health(known, Optional.empty()));
        refused(Fault.CONFLICT, HERE + " is node 2, which is ACTIVE: 'flare node set 2'");
    }

    @Test
    void refusesANodeOfAnotherCluster() {
        answer = CompletableFuture.completedStage(health(new UUID(9, 9), Optional.of(new UUID(8, 8))));
        refused(Fault.CONFLICT, HERE + " is a node of another cluster, " + new UUID(8, 8));
    }

    @Test
    void saysWhereNobodyAnswers() {
        answer = CompletableFuture.failedStage(new ConnectException("Connection refused"));
        refused(
                Fault.UNAVAILABLE,
                "no data node with this cluster's secret answers at " + HERE + " (Connection refused)");
    }

    private NodeId admit() {
        return admission.admit(HERE, "rack", 2.5).toCompletableFuture().join();
    }

    private void refused(Fault fault, String why) {
        assertThatThrownBy(this::admit)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                .hasMessageStartingWith(why);
        assertThat(world.ask.read(new Query.ListNodes())).hasSize(2);
    }
}
