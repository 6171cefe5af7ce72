package flare.local;

import flare.local.LocalNode.Role;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a cluster on this machine consists of; kept in its directory, so that it is resumed as it was begun.
 *
 * @param peers API nodes that vote on the metadata, an odd number; the others follow it
 * @param port of the first API node. The other ports follow from it, in blocks: see {@link #nodes}
 * @param heapMebibytes of each process
 * @param settings passed to every process, by key
 * @param jvmOptions passed to every process, last
 * @param network what separates the nodes; {@link Network#LOOPBACK}: nothing but their ports
 * @param tls whether the nodes reach each other over TLS
 */
public record ClusterPlan(
        int api,
        int data,
        int peers,
        int copies,
        int port,
        int heapMebibytes,
        Map<String, String> settings,
        List<String> jvmOptions,
        Network network,
        boolean tls) {

    /** How many processes of a kind there may be: as many as ports of a kind. */
    public static final int MAX_NODES = 100;

    private static final int MAX_PEERS = 7;
    private static final int BLOCK = MAX_NODES;
    private static final int BLOCKS = 5;
    private static final int MAX_PORT = 65_535;
    private static final int MIN_HEAP_MEBIBYTES = 128;
    private static final String KEY = "flare(\\.[a-z0-9-]+)+";

    /** Settings that follow from the plan. */
    private static final Set<String> PLANNED = Set.of(
            "flare.roles",
            "flare.data-dir",
            "flare.bind",
            "flare.data-nodes",
            "flare.cluster-secret",
            "flare.cluster-secret-file",
            "flare.copies",
            "flare.http.port",
            "flare.admin.port",
            "flare.admin.token",
            "flare.raft.port",
            "flare.raft.peer",
            "flare.raft.peers",
            "flare.raft.join",
            "flare.nodes-tls.ca",
            "flare.nodes-tls.certificate",
            "flare.nodes-tls.key",
            "flare.data.port",
            "flare.data.nodes",
            "flare.data.dirs");

    public ClusterPlan {
        between("--api", api, 1, MAX_NODES);
        between("--data", data, 1, MAX_NODES);
        between("--peers", peers, 1, Math.min(api, MAX_PEERS));
        if (peers % 2 == 0) {
            throw new LocalClusterException(
                    "--peers " + peers + " is not allowed: an odd number is, since one more than " + (peers - 1)
                            + " would survive no more failures than " + (peers - 1) + " do");
        }
        between("--copies", copies, 1, data);
        between("--port", port, 1, MAX_PORT - BLOCKS * BLOCK + 1);
        between("--heap", heapMebibytes, MIN_HEAP_MEBIBYTES, Integer.MAX_VALUE);
        settings = Map.copyOf(settings);
        settings.keySet().forEach(ClusterPlan::checkKey);
        jvmOptions = List.copyOf(jvmOptions);
    }

    /** Without TLS between the nodes. */
    public ClusterPlan(
            int api,
            int data,
            int peers,
            int copies,
            int port,
            int heapMebibytes,
            Map<String, String> settings,
            List<String> jvmOptions,
            Network network) {
        this(api, data, peers, copies, port, heapMebibytes, settings, jvmOptions, network, false);
    }

    /** What clients of the node connect to. */
    URI address(LocalNode node) {
        String scheme = tls && !node.isApi() ? "https" : "http";
        return URI.create(scheme + "://" + node.host() + ":" + node.port());
    }

    /** The highest odd number of peers up to three that so many API nodes give. */
    public static int usualPeers(int api) {
        return api < 3 ? 1 : 3;
    }

    /**
     * All processes. API nodes have {@code port}, {@code port + 1}, …; their admin ports lie 100 higher, their Raft ports
     * 200, the chunk ports of data nodes 300 and their admin ports 400.
     */
    public List<LocalNode> nodes() {
        List<LocalNode> nodes = new ArrayList<>();
        for (int i = 0; i < data; i++) {
            nodes.add(new LocalNode(
                    "data-" + (i + 1),
                    Role.DATA,
                    network.host(MAX_NODES + i),
                    port + 3 * BLOCK + i,
                    port + 4 * BLOCK + i,
                    0));
        }
        for (int i = 0; i < api; i++) {
            nodes.add(new LocalNode(
                    "api-" + (i + 1),
                    i < peers ? Role.PEER : Role.LISTENER,
                    network.host(i),
                    port + i,
                    port + BLOCK + i,
                    port + 2 * BLOCK + i));
        }
        return nodes;
    }

    /** Throws {@link LocalClusterException} naming those there are. */
    LocalNode node(String name) {
        return nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LocalClusterException("there is no node " + name
                        + " in this cluster: api-1 to api-" + api + " and data-1 to data-" + data + " are"));
    }

    Map<String, String> sortedSettings() {
        return new TreeMap<>(settings);
    }

    private static void between(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new LocalClusterException(option + " " + value + " is not allowed: " + least + " to " + most + " is");
        }
    }

    private static void checkKey(String key) {
        if (!key.matches(KEY)) {
            throw new LocalClusterException("--set " + key
                    + " is not allowed: a setting such as flare.chunk-size is (src/main/resources/reference.conf)");
        }
        if (PLANNED.contains(key.replaceAll("\\.[0-9]+$", ""))) {
            throw new LocalClusterException("--set " + key
                    + " is not allowed: it differs between nodes, or follows from the options of this command");
        }
    }
}
