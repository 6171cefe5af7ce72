package flare.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.config.Settings;
import flare.http.NodeCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterPlanTest {

    @TempDir
    Path root;

    @Test
    void givesEachNodePortsOfItsOwnWithTheObjectPortsFromTheBase() {
        List<LocalNode> nodes =
                plan(ClusterPlan.MAX_NODES, ClusterPlan.MAX_NODES, 3, 3, 20_000).nodes();

        Set<Integer> ports = new HashSet<>();
        nodes.forEach(node -> node.ports()
                .keySet()
                .forEach(port ->
                        assertThat(ports.add(port)).as("%s of %s", port, node).isTrue()));
        assertThat(nodes.stream().filter(node -> node.name().equals("api-2")))
                .singleElement()
                .isEqualTo(new LocalNode("api-2", LocalNode.Role.PEER, "127.0.0.1", 20_001, 20_101, 20_201));
        assertThat(nodes.stream().filter(node -> node.name().equals("data-5")))
                .singleElement()
                .isEqualTo(new LocalNode("data-5", LocalNode.Role.DATA, "127.0.0.1", 20_304, 20_404, 0));
        assertThat(nodes.stream().filter(node -> node.name().equals("api-4")))
                .singleElement()
                .extracting(LocalNode::role)
                .isEqualTo(LocalNode.Role.LISTENER);
    }

    @Test
    void makesCertificatesThatTheNodesAcceptOfEachOther() throws Exception {
        ClusterPlan plan = new ClusterPlan(1, 1, 1, 1, 20_000, 256, Map.of(), List.of(), Network.LOOPBACK, true);
        ClusterDirectory directory = new ClusterDirectory(root);
        directory.write(plan);
        String authority = Files.readString(directory.authority());
        String key = Files.readString(directory.key(plan.node("data-1")));
        directory.write(plan);

        assertThat(Files.readString(directory.authority())).isEqualTo(authority);
        assertThat(Files.readString(directory.key(plan.node("data-1")))).isEqualTo(key);
        for (LocalNode node : plan.nodes()) {
            Settings settings = settings(directory.config(node));
            assertThat(settings.node().dataNodes()).containsExactly(URI.create("https://127.0.0.1:20300"));
            NodeCertificate certificate =
                    NodeCertificate.of(settings.nodesTls(), Clock.systemUTC()).orElseThrow();
            assertThat(certificate.state().subject()).isEqualTo("CN=" + node.name());
        }
    }

    @Test
    void writesConfigurationThatTheServerTakes() throws Exception {
        ClusterPlan plan = new ClusterPlan(
                3, 2, 3, 2, 20_000, 256, Map.of("flare.chunk-size", "1MiB"), List.of(), Network.LOOPBACK);
        ClusterDirectory directory = new ClusterDirectory(root.resolve("a \"b\""));
        directory.write(plan);

        Settings api = settings(directory.config(plan.node("api-2")));
        assertThat(api.raft().peer()).contains("api-2");
        assertThat(api.raft().port()).isEqualTo(20_201);
        assertThat(api.raft().peers())
                .containsExactly("api-1@127.0.0.1:20200", "api-2@127.0.0.1:20201", "api-3@127.0.0.1:20202");
        assertThat(api.object().copies()).isEqualTo(2);
        assertThat(api.object().chunkSize().bytes()).isEqualTo(1 << 20);
        assertThat(api.node().dataNodes()).hasSize(2);
        assertThat(api.node().clusterSecretFile()).contains(directory.clusterSecret());
        Settings data = settings(directory.config(plan.node("data-1")));
        assertThat(data.node().isApi()).isFalse();
        assertThat(data.data().port()).isEqualTo(20_300);
        assertThat(data.node().dataDir()).isEqualTo(directory.root().resolve("data-1"));
        assertThat(Files.getPosixFilePermissions(directory.clusterSecret())).hasSize(2);
    }

    @Test
    void separateNodesHaveAddressesOfTheirOwnAndCredentials() throws Exception {
        Network network = Network.separate(root);
        ClusterPlan plan = new ClusterPlan(2, 2, 1, 2, 8000, 256, Map.of(), List.of(), network);
        ClusterDirectory directory = new ClusterDirectory(root);
        directory.write(plan);

        assertThat(plan.nodes().stream().map(LocalNode::host))
                .doesNotHaveDuplicates()
                .allMatch(host -> host.startsWith("10."));
        assertThat(network.cable(plan.node("data-2")).length()).isLessThan(16);
        Settings api = settings(directory.config(plan.node("api-1")));
        assertThat(api.s3().hasCredentials()).isTrue();
        assertThat(api.admin().token()).isPresent();
        assertThat(directory.plan()).contains(plan);
        assertThat(Network.separate(root.resolve("other"))).isNotEqualTo(network);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, 1, 1, 8000, --api 0",
        "101, 3, 3, 3, 8000, --api 101",
        "3, 0, 3, 1, 8000, --data 0",
        "3, 3, 2, 3, 8000, --peers 2",
        "3, 3, 5, 3, 8000, --peers 5",
        "3, 3, 3, 4, 8000, --copies 4",
        "3, 3, 3, 3, 65100, --port 65100"
    })
    void refusesWhatCannotBe(int api, int data, int peers, int copies, int port, String named) {
        assertThatThrownBy(() -> plan(api, data, peers, copies, port))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageStartingWith(named + " is not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"flare", "pekko.loglevel", "flare.http.port", "flare.data-nodes.0", "flare.Copies", "flare.a\nb"
            })
    void refusesSettingsThatAreNoneOrFollowFromThePlan(String key) {
        assertThatThrownBy(() -> new ClusterPlan(1, 1, 1, 1, 8000, 256, Map.of(key, "1"), List.of(), Network.LOOPBACK))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageContaining("--set " + key + " is not allowed");
    }

    @Test
    void namesTheNodesThereAre() {
        assertThatThrownBy(() -> plan(2, 1, 1, 1, 8000).node("data-2"))
                .hasMessage("there is no node data-2 in this cluster: api-1 to api-2 and data-1 to data-1 are");
    }

    private static ClusterPlan plan(int api, int data, int peers, int copies, int port) {
        return new ClusterPlan(api, data, peers, copies, port, 256, Map.of(), List.of(), Network.LOOPBACK);
    }

    private static Settings settings(Path file) {
        return Settings.load("include file(\"" + file.toString().replace("\"", "\\\"") + "\")");
    }
}
