package flare.harness;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.cli.FlareCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A local cluster whose nodes have network namespaces of their own, so that one can be made deaf to another: the packets
 * are dropped as they come in, without a word to their sender. Needs root, and the program ip.
 */
final class CutCluster implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of the routes /object/KEY. */
    private static final String BUCKET = "object";

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private record Node(String name, String namespace, String host, URI object, URI admin) {}

    private final Path directory;
    private final Map<String, Node> nodes = new TreeMap<>();

    CutCluster(Path directory, int apis, int datas, int copies) throws IOException {
        this.directory = directory;
        cluster("up", "--netns", "--api", "" + apis, "--data", "" + datas, "--copies", "" + copies, "--heap", "192");
        try {
            prepare();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void prepare() throws IOException {
        for (JsonNode node : JSON.readTree(cluster("status", "--json"))) {
            URI address = URI.create(node.path("address").asText() + "/");
            String namespace =
                    run("ip", "netns", "identify", node.path("pid").asText()).strip();
            String name = node.path("name").asText();
            URI admin = URI.create(node.path("admin").asText() + "/");
            nodes.put(name, new Node(name, namespace, address.getHost(), address, admin));
            // The table of own addresses comes first as it is: nothing could be dropped before it.
            run("ip", "-n", namespace, "rule", "add", "pref", "100", "lookup", "local");
            run("ip", "-n", namespace, "rule", "del", "pref", "0");
        }
        letEverybodyIn();
    }

    /** Beyond loopback requests must be signed; the clients here are not. */
    private void letEverybodyIn() throws IOException {
        String policy =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\","
                        + "\"Resource\":[\"arn:aws:s3:::" + BUCKET + "\",\"arn:aws:s3:::" + BUCKET + "/*\"]}]}";
        String secret = Files.readString(directory.resolve("root-secret-key")).strip();
        String url = node("api-1").object + BUCKET;
        for (String target : List.of("?publicAccessBlock", "?policy")) {
            boolean block = target.contains("Block");
            List<String> command = new ArrayList<>(List.of("curl", "-sS", "--fail-with-body"));
            command.addAll(List.of("--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "flare:" + secret));
            command.addAll(List.of("-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"));
            command.addAll(block ? List.of("-X", "DELETE") : List.of("-X", "PUT", "--data-binary", policy));
            command.add(url + target + "=");
            run(command.toArray(String[]::new));
        }
    }

    static boolean isAllowed() {
        return System.getProperty("user.name").equals("root") && Files.isExecutable(Path.of("/usr/sbin/ip"));
    }

    List<String> apis() {
        return nodes.keySet().stream().filter(name -> name.startsWith("api-")).toList();
    }

    List<String> apisBut(String name) {
        return apis().stream().filter(api -> !api.equals(name)).toList();
    }

    ObjectClient client(String api) {
        return new ObjectClient(() -> node(api).object);
    }

    List<Supplier<URI>> objects() {
        List<Supplier<URI>> objects = new ArrayList<>();
        apis().forEach(api -> objects.add(() -> node(api).object));
        return objects;
    }

    JsonNode status(String api) throws IOException {
        String token = Files.readString(directory.resolve("admin-token")).strip();
        return Admin.send(HttpRequest.newBuilder(node(api).admin.resolve("/admin/status"))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(5)));
    }

    String awaitLeader(List<String> among) {
        List<String> found = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            among.stream().filter(this::leads).findFirst().ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private boolean leads(String api) {
        try {
            return status(api).path("raft").path("leading").asBoolean();
        } catch (IOException e) {
            return false;
        }
    }

    /** Until each API node reads what another one wrote. */
    void awaitWhole() {
        for (String api : apis()) {
            await().atMost(LIMIT).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                ObjectClient client = client(api);
                return client.put("whole", new byte[] {1}) == 200
                        && client.get("whole").isPresent();
            });
        }
    }

    /** What {@code from} sends no longer reaches {@code to}. */
    void deafen(String to, String from) throws IOException {
        run(
                "ip",
                "-n",
                node(to).namespace,
                "rule",
                "add",
                "from",
                node(from).host,
                "iif",
                "eth0",
                "blackhole",
                "pref",
                "10");
    }

    /** As often as it was made deaf. */
    void undeafen(String to, String from) throws IOException {
        run(
                "ip",
                "-n",
                node(to).namespace,
                "rule",
                "del",
                "from",
                node(from).host,
                "iif",
                "eth0",
                "blackhole",
                "pref",
                "10");
    }

    void cut(String one, String other) throws IOException {
        deafen(one, other);
        deafen(other, one);
    }

    void mend(String one, String other) throws IOException {
        undeafen(one, other);
        undeafen(other, one);
    }

    void kill(String name) {
        cluster("kill", name);
    }

    void start(String name) {
        cluster("start", name);
    }

    private Node node(String name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException("no node " + name);
        }
        return node;
    }

    private String cluster(String... words) {
        List<String> line = new ArrayList<>(List.of("cluster"));
        line.addAll(List.of(words));
        line.addAll(List.of("--dir", directory.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = FlareCommand.create()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException(line + ": " + err);
        }
        return out.toString();
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return said;
    }

    @Override
    public void close() {
        cluster("down");
    }
}
