package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.cluster.NodeMapActor;
import flare.config.PlacementSettings.Strategy;
import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.placement.PlacementActor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMapFeedTest {

    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<NodeMapActor.Command> nodeMap = kit.createTestProbe();
    private final TestProbe<PlacementActor.Command> placement = kit.createTestProbe();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void tellsTheRecordedNodesAndTheReplicatedStrategyAndGoesOnAfterFailedReads() {
        InMemoryMetadata metadata = new InMemoryMetadata(
                        new ClusterSettings(1, 64 * 1024, "consistent-hash"), System::currentTimeMillis)
                .withNodes(2);
        List<ClusterSettings> choices = new CopyOnWriteArrayList<>();
        metadata.refuse(true);
        kit.spawn(NodeMapFeed.create(
                metadata,
                new NodeMapFeed.Targets(nodeMap.ref(), placement.ref(), nodes -> {}, choices::add),
                Duration.ofMillis(20)));
        nodeMap.expectNoMessage(Duration.ofMillis(60));
        metadata.refuse(false);
        assertThat(placement
                        .expectMessageClass(PlacementActor.StrategyChanged.class)
                        .strategy())
                .isEqualTo(Strategy.CONSISTENT_HASH);
        assertThat(nodeMap.expectMessageClass(NodeMapActor.NodesListed.class).nodes())
                .hasSize(2);
        assertThat(choices.get(0).wantedCopies()).isEqualTo(1);
        metadata.submit(new Command.SetClusterSettings(Optional.of(2), Optional.empty()))
                .toCompletableFuture()
                .join();
        Awaitility.await().until(() -> choices.get(choices.size() - 1).wantedCopies() == 2);
    }
}
