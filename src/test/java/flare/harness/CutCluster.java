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
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A local cluster whose nodes have network namespaces of their own, so that one can be made deaf to another: the packets
 * are dropped as they come in, without a word to their sender. Needs root, and the program ip.
 */
final class CutCluster implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of the routes /object/KEY. */
    private static final String BUCKET = "object";

    /** Not 0: that is what packets before a connection have, all of them. */
    private static final List<String> LOST = List.of("1", "4", "7", "a", "d");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private record Node(String name, long pid, String namespace, String host, URI object, URI admin) {}

    /** What a process holds: what leaks shows here. Files of the store come and go by themselves and are left out. */
    record Held(int threads, int connections) {}

    private final Path directory;
    private final Map<String, Node> nodes = new TreeMap<>();

    /** @param settings of all nodes, as {@code flare.chunk-size=64KiB} */
    CutCluster(Path directory, int apis, int datas, int copies, String... settings) throws IOException {
        this.directory = directory;
        List<String> up = new ArrayList<>(List.of("up", "--netns", "--api", "" + apis, "--data", "" + datas));
        up.addAll(List.of("--copies", "" + copies, "--heap", "192"));
        List.of(settings).forEach(setting -> up.addAll(List.of("--set", setting)));
        cluster(up.toArray(String[]::new));
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
            long pid = node.path("pid").asLong();
            String namespace = run("ip", "netns", "identify", "" + pid).strip();
            String name = node.path("name").asText();
            URI admin = URI.create(node.path("admin").asText() + "/");
            nodes.put(name, new Node(name, pid, namespace, address.getHost(), address, admin));
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

    /** API and data nodes. */
    List<String> all() {
        return List.copyOf(nodes.keySet());
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
        return Admin.send(admin(api, "/admin/status").timeout(Duration.ofSeconds(5)));
    }

    /** Reclaims everything that can be and waits for it. */
    JsonNode reclaim(String api) throws IOException {
        return Admin.send(
                admin(api, "/admin/reclaim").timeout(Duration.ofMinutes(2)).POST(BodyPublishers.noBody()));
    }

    private HttpRequest.Builder admin(String api, String path) throws IOException {
        String token = Files.readString(directory.resolve("admin-token")).strip();
        return HttpRequest.newBuilder(node(api).admin.resolve(path)).header("Authorization", "Bearer " + token);
    }

    /** What the API node's status says of a data node. */
    JsonNode nodeOf(String api, String data) throws IOException {
        for (JsonNode one : status(api).path("nodes")) {
            if (URI.create(one.path("url").asText()).getHost().equals(node(data).host)) {
                return one;
            }
        }
        throw new IOException("no node at " + node(data).host);
    }

    /** What the API node's status says of one of its workers. */
    JsonNode workerOf(String api, String worker) throws IOException {
        for (JsonNode one : status(api).path("workers")) {
            if (one.path("name").asText().equals(worker)) {
                return one;
            }
        }
        throw new IOException(api + " has no worker " + worker);
    }

    String awaitLeader(List<String> among) {
        List<String> found = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            among.stream().filter(this::leads).findFirst().ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    boolean leads(String api) {
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

    /** As if its cable was pulled. */
    void unplug(String name) throws IOException {
        run("ip", "link", "set", cable(name), "down");
    }

    void plug(String name) throws IOException {
        run("ip", "link", "set", cable(name), "up");
    }

    /** The other end of its eth0, on the host. */
    private String cable(String name) throws IOException {
        String peer = run("ip", "netns", "exec", node(name).namespace, "cat", "/sys/class/net/eth0/iflink")
                .strip();
        Path index = Path.of(run("sh", "-c", "grep -lx " + peer + " /sys/class/net/*/ifindex")
                .strip());
        return index.getName(index.getNameCount() - 2).toString();
    }

    /**
     * Of what it sends, five packets in sixteen are lost: those whose IP identification, which counts up in each
     * connection, has a last digit in {@link #LOST}. The kernel's own lossy queue, netem, is not everywhere.
     */
    void loseSome(String name) throws IOException {
        tc(name, "qdisc", "add", "dev", "eth0", "root", "handle", "1:", "htb", "default", "10");
        for (String kind : List.of("10", "20")) {
            tc(name, "class", "add", "dev", "eth0", "parent", "1:", "classid", "1:" + kind, "htb", "rate", "10gbit");
        }
        tc(name, "qdisc", "add", "dev", "eth0", "parent", "1:20", "handle", "20:", "blackhole");
        for (String digit : LOST) {
            List<String> filter = new ArrayList<>(List.of("filter", "add", "dev", "eth0", "parent", "1:"));
            filter.addAll(List.of("protocol", "ip", "prio", "1", "u32", "match", "u16", "0x" + digit, "0x000f"));
            filter.addAll(List.of("at", "4", "classid", "1:20"));
            tc(name, filter.toArray(String[]::new));
        }
    }

    /** Answers how many packets were lost. */
    long loseNone(String name) throws IOException {
        JsonNode queues = JSON.readTree(tc(name, "-s", "-j", "qdisc", "show", "dev", "eth0"));
        tc(name, "qdisc", "del", "dev", "eth0", "root");
        long lost = 0;
        for (JsonNode queue : queues) {
            lost += queue.path("kind").asText().equals("blackhole")
                    ? queue.path("drops").asLong()
                    : 0;
        }
        return lost;
    }

    /** Its established connections end, and the other sides hear of it (RST). Answers how many. */
    long reset(String name) throws IOException {
        String said = run("ip", "netns", "exec", node(name).namespace, "ss", "-K", "-H", "-t", "state", "established");
        return said.lines().filter(line -> line.contains(":")).count();
    }

    private String tc(String name, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", node(name).namespace, "tc"));
        command.addAll(List.of(words));
        return run(command.toArray(String[]::new));
    }

    Held held(String name) throws IOException {
        Path process = Path.of("/proc", "" + node(name).pid);
        int threads;
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            threads = (int) tasks.count();
        }
        int connections = 0;
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            for (Path file : files.toList()) {
                connections += isSocket(file) ? 1 : 0;
            }
        }
        return new Held(threads, connections);
    }

    private static boolean isSocket(Path file) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (NoSuchFileException e) {
            return false;
        }
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
