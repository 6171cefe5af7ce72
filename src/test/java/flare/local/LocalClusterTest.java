package flare.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.cli.FlareCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flare cluster} as it is typed. */
class LocalClusterTest {

    private static final String[] SMALL = {
        "--heap", "160", "--jvm", "-XX:TieredStopAtLevel=1", "--jvm", "-XX:+UseSerialGC"
    };
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @AfterEach
    void killAll() {
        new ClusterDirectory(directory).plan().ifPresent(plan -> {
            for (LocalNode node : plan.nodes()) {
                new NodeProcess(plan, new ClusterDirectory(directory), node).kill(java.time.Duration.ofSeconds(20));
            }
            new Namespaces(plan).remove();
        });
    }

    @Test
    void saysWhereNoClusterIs() {
        assertThat(run("status")).isEqualTo(1);
        assertThat(err.toString()).startsWith("flare: there is no cluster in " + directory);
    }

    @Test
    void tellsOfPortsInUseBeforeAnythingStarts() throws IOException {
        try (ServerSocket taken = new ServerSocket(freeBase() + 100, 1, InetAddress.getLoopbackAddress())) {
            int base = taken.getLocalPort() - 100;

            assertThat(run("up", "--api", "1", "--data", "1", "--port", "" + base))
                    .isEqualTo(1);

            assertThat(err.toString())
                    .startsWith("flare: nothing was started: port " + (base + 100)
                            + " (admin port of api-1) is in use by other programs");
            assertThat(directory.resolve("cluster.json")).doesNotExist();
        }
    }

    @Test
    void showsTheLogOfANodeThatDoesNotGetReady() throws IOException {
        assertThat(run("up", "--api", "1", "--data", "1", "--port", "" + freeBase(), "--set", "flare.chunk-size=7"))
                .isEqualTo(1);

        assertThat(err.toString())
                .startsWith("flare: data-1 ended before it was ready")
                .contains(directory.resolve("log/data-1.log").toString())
                .contains("flare.chunk-size = \"7\" is not allowed");
    }

    @Test
    void refusesToChangeAClusterByResumingIt() {
        ClusterPlan plan = new ClusterPlan(1, 1, 1, 1, 21_000, 160, Map.of(), List.of(), Network.LOOPBACK);
        new ClusterDirectory(directory).write(plan);

        assertThat(run("up", "--api", "3")).isEqualTo(1);
        assertThat(err.toString()).startsWith("flare: there is another cluster in " + directory + ": 1 API nodes");
        assertThat(run("kill", "data-1")).isEqualTo(1);
        assertThat(err.toString()).contains("data-1 is not running");
        assertThat(run("status")).isEqualTo(1);
        assertThat(out.toString()).contains("data-1  data  stopped  -");
        assertThat(run("down")).isZero();
    }

    @Test
    void startsNoPeerThatHasLostItsMetadata() throws IOException {
        ClusterPlan plan = new ClusterPlan(3, 1, 3, 1, freeBase(), 160, Map.of(), List.of(), Network.LOOPBACK);
        ClusterDirectory cluster = new ClusterDirectory(directory);
        cluster.write(plan);
        for (LocalNode node : plan.nodes()) {
            cluster.markReady(node);
        }
        for (String name : List.of("api-1", "api-3")) {
            Path identity = cluster.identity(plan.node(name));
            Files.createDirectories(identity.getParent());
            Files.createFile(identity);
        }

        for (String[] start : new String[][] {{"up"}, {"start", "api-2"}}) {
            assertThat(run(start)).isEqualTo(1);
            assertThat(err.toString()).contains("flare: api-2 has run before, and has lost its metadata");
        }
        assertThat(cluster.pid(plan.node("api-1"))).doesNotExist();
    }

    @Test
    void aPidOfAnotherProgramIsNotTheNode() throws IOException {
        ClusterPlan plan = new ClusterPlan(1, 1, 1, 1, 21_000, 160, Map.of(), List.of(), Network.LOOPBACK);
        ClusterDirectory cluster = new ClusterDirectory(directory);
        cluster.write(plan);
        LocalNode node = plan.node("data-1");
        Files.writeString(cluster.pid(node), ProcessHandle.current().pid() + "\n");

        assertThat(new NodeProcess(plan, cluster, node).running()).isEmpty();
    }

    @Tag("long")
    @Test
    void oneOfEachIsKilledAndTheOthersGoOn() throws Exception {
        int base = freeBase();
        byte[] body = new byte[300_000];
        new SplittableRandom(7).nextBytes(body);

        assertThat(run(small("up", "--api", "3", "--data", "3", "--port", "" + base, "--json")))
                .as("%s", err)
                .isZero();
        JsonNode nodes = new ObjectMapper().readTree(out.toString());
        assertThat(nodes).hasSize(6).allMatch(node -> node.path("pid").asLong() > 0);
        assertThat(put(base, body)).isEqualTo(200);
        assertThat(run("kill", "api-1", "data-1")).isZero();
        assertThat(run("status")).isEqualTo(1);
        for (int api = 1; api <= 2; api++) {
            assertThat(get(base + api)).isEqualTo(body);
        }
        assertThat(put(base + 1, body)).isEqualTo(200);
        assertThat(run("start", "api-1", "data-1")).as("%s", err).isZero();
        assertThat(get(base)).isEqualTo(body);
        assertThat(run("down")).as("%s", err).isZero();
        assertThat(out.toString()).contains("stopped 6 nodes");
        List<ProcessHandle> left = new ArrayList<>();
        nodes.forEach(node -> ProcessHandle.of(node.path("pid").asLong())
                .filter(ProcessHandle::isAlive)
                .ifPresent(left::add));
        assertThat(left).isEmpty();
    }

    private static String[] small(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(SMALL));
        return all.toArray(String[]::new);
    }

    private int run(String... words) {
        List<String> line = new ArrayList<>(List.of("cluster"));
        line.addAll(List.of(words));
        line.addAll(List.of("--dir", directory.toString()));
        return FlareCommand.create()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
    }

    private static int put(int port, byte[] body) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(object(port))
                                .PUT(BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static byte[] get(int port) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(object(port)).build(), BodyHandlers.ofByteArray())
                .body();
    }

    private static URI object(int port) {
        return URI.create("http://127.0.0.1:" + port + "/object/key");
    }

    /** Below the kernel's ephemeral range, in blocks that no other test uses. */
    private static int freeBase() {
        Random random = new Random();
        while (true) {
            int base = 30_500 + 500 * random.nextInt(3);
            if (isFree(base) && isFree(base + 100) && isFree(base + 200) && isFree(base + 300) && isFree(base + 400)) {
                return base;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
