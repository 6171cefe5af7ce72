package flare.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster of processes on this machine. Its directory holds all there is to know of it, so that any later command finds
 * it again; one command at a time changes it.
 */
public final class LocalCluster {

    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);
    /** Beyond what a stopping node lets transfers take by default. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(90);

    private final ClusterDirectory directory;
    private final ClusterPlan plan;
    private final NodeProbe probe;

    private LocalCluster(ClusterDirectory directory, ClusterPlan plan) {
        this.directory = directory;
        this.plan = plan;
        this.probe = new NodeProbe(
                plan.network().separatesNodes()
                        ? Optional.of(directory.readSecret(directory.adminToken()))
                        : Optional.empty());
    }

    /** What a new cluster is to be, where it is not resumed. Throws if the directory's cluster is another. */
    public interface Planner {
        /** @param existing the plan of the directory's cluster, if it has one */
        ClusterPlan plan(Optional<ClusterPlan> existing);
    }

    /**
     * Begins a cluster in the directory or resumes the one that is there, and returns when all its nodes are ready. Throws
     * {@link LocalClusterException} if nothing was started, or a node does not get ready; the others are left running.
     */
    public static LocalCluster up(Path root, Planner planner, Duration limit) {
        ClusterDirectory directory = new ClusterDirectory(root);
        try (ClusterDirectory.Lock lock = directory.lock()) {
            lock.requireHeld();
            Optional<ClusterPlan> existing = directory.plan();
            ClusterPlan plan = planner.plan(existing);
            List<LocalNode> missing = plan.nodes().stream()
                    .filter(node ->
                            new NodeProcess(plan, directory, node).running().isEmpty())
                    .toList();
            missing.forEach(node -> requireNotEmptied(directory, node));
            Namespaces namespaces = new Namespaces(plan);
            namespaces.requireAllowed();
            if (!plan.network().separatesNodes()) {
                PortCheck.requireFree(missing);
            }
            directory.write(plan);
            namespaces.create();
            LocalCluster cluster = new LocalCluster(directory, plan);
            cluster.startAndAwait(missing, limit);
            return cluster;
        } catch (IOException e) {
            throw ClusterDirectory.unusable(directory.root(), e);
        }
    }

    /** The cluster of the directory, whether it runs or not. Throws {@link LocalClusterException} if there is none. */
    public static LocalCluster in(Path root) {
        ClusterDirectory directory = new ClusterDirectory(root);
        ClusterPlan plan = directory
                .plan()
                .orElseThrow(() -> new LocalClusterException("there is no cluster in " + directory.root()
                        + ": begin one with 'flare cluster up --dir " + root + "', or name another --dir"));
        return new LocalCluster(directory, plan);
    }

    public ClusterPlan plan() {
        return plan;
    }

    public Path directory() {
        return directory.root();
    }

    /** A sentence on how to sign requests; empty where nobody needs to. */
    public Optional<String> credentials() {
        return plan.network().separatesNodes()
                ? Optional.of("access key " + ClusterDirectory.ROOT_ACCESS_KEY + ", secret key in "
                        + directory.rootSecret() + ", admin token in " + directory.adminToken())
                : Optional.empty();
    }

    /** All nodes, in the order of their names. */
    public List<NodeReport> status() {
        List<NodeReport> reports = new ArrayList<>();
        for (LocalNode node : plan.nodes()) {
            reports.add(report(node));
        }
        return reports;
    }

    /** SIGKILL, as a power cut would; returns when they are gone. */
    public void kill(List<String> names) {
        change(names, nodes -> {
            nodes.forEach(node -> requireRunning(node, true));
            for (LocalNode node : nodes) {
                if (!process(node).kill(KILL_LIMIT)) {
                    throw new LocalClusterException(node + " did not end within " + KILL_LIMIT.toSeconds() + " s");
                }
            }
        });
    }

    /** Starts nodes that were killed or stopped, and returns when they are ready. */
    public void start(List<String> names, Duration limit) {
        change(names, nodes -> {
            nodes.forEach(node -> requireRunning(node, false));
            nodes.forEach(node -> requireNotEmptied(directory, node));
            if (plan.network().separatesNodes()) {
                new Namespaces(plan).create();
            } else {
                PortCheck.requireFree(nodes);
            }
            startAndAwait(nodes, limit);
        });
    }

    /** Stops all nodes in order, API nodes first: what they finish needs data nodes. Returns how many ran. */
    public int down() {
        try (ClusterDirectory.Lock lock = directory.lock()) {
            lock.requireHeld();
            int stopped = 0;
            for (boolean api : new boolean[] {true, false}) {
                List<LocalNode> running = plan.nodes().stream()
                        .filter(node ->
                                node.isApi() == api && process(node).running().isPresent())
                        .toList();
                running.forEach(node -> process(node).askToStop());
                for (LocalNode node : running) {
                    if (!process(node).awaitEnd(STOP_LIMIT)) {
                        throw new LocalClusterException(node + " did not stop within " + STOP_LIMIT.toSeconds()
                                + " s; its log " + directory.log(node) + " may say why. 'flare cluster kill " + node
                                + "' ends it");
                    }
                }
                stopped += running.size();
            }
            new Namespaces(plan).remove();
            return stopped;
        } catch (IOException e) {
            throw ClusterDirectory.unusable(directory.root(), e);
        }
    }

    private interface Change {
        void make(List<LocalNode> nodes);
    }

    private void change(List<String> names, Change change) {
        List<LocalNode> nodes = names.stream().distinct().map(plan::node).toList();
        try (ClusterDirectory.Lock lock = directory.lock()) {
            lock.requireHeld();
            change.make(nodes);
        } catch (IOException e) {
            throw ClusterDirectory.unusable(directory.root(), e);
        }
    }

    private void requireRunning(LocalNode node, boolean running) {
        if (process(node).running().isPresent() != running) {
            throw new LocalClusterException(node + (running ? " is not running" : " is running already"));
        }
    }

    private void startAndAwait(List<LocalNode> nodes, Duration limit) {
        Map<LocalNode, Long> logOffsets = new LinkedHashMap<>();
        for (LocalNode node : nodes) {
            logOffsets.put(node, directory.logLength(node));
            process(node).start();
        }
        long deadline = System.nanoTime() + limit.toNanos();
        for (LocalNode node : plan.nodes()) {
            if (logOffsets.containsKey(node) || process(node).running().isPresent()) {
                awaitReady(node, logOffsets.getOrDefault(node, 0L), deadline, limit);
            }
        }
    }

    private void awaitReady(LocalNode node, long logOffset, long deadline, Duration limit) {
        Optional<String> obstacle = probe.obstacle(node);
        while (obstacle.isPresent()) {
            if (process(node).running().isEmpty()) {
                throw notReady(node, logOffset, "ended before it was ready");
            }
            if (System.nanoTime() > deadline) {
                throw notReady(node, logOffset, "is not ready after " + limit.toSeconds() + " s: " + obstacle.get());
            }
            NodeProcess.pause();
            obstacle = probe.obstacle(node);
        }
        directory.markReady(node);
    }

    /**
     * A peer that has voted and forgot it could help to elect one that misses what it acknowledged. Its own check asks the
     * other peers, which may be starting just now, too.
     */
    private static void requireNotEmptied(ClusterDirectory directory, LocalNode node) {
        if (node.role() == LocalNode.Role.PEER
                && Files.exists(directory.ready(node))
                && !Files.exists(directory.identity(node))) {
            throw new LocalClusterException(node + " has run before, and has lost its metadata: there is no "
                    + directory.identity(node)
                    + ". With an empty directory it would vote on what it has forgotten. Put the"
                    + " directory back, or start the others alone ('flare cluster start'), and have them go on without it"
                    + " ('flare raft remove " + node + " --even')");
        }
    }

    private LocalClusterException notReady(LocalNode node, long logOffset, String what) {
        return new LocalClusterException(node + " " + what + "; the other nodes are left as they are. Its log, "
                + directory.log(node) + ", ends with:\n"
                + directory.logTail(node, logOffset).indent(4).stripTrailing());
    }

    private NodeReport report(LocalNode node) {
        Optional<ProcessHandle> process = process(node).running();
        Optional<String> obstacle = process.isPresent() ? probe.obstacle(node) : Optional.empty();
        String state = process.isEmpty() ? "stopped" : obstacle.isPresent() ? "not ready" : "ready";
        return new NodeReport(
                node.name(),
                node.role().name().toLowerCase(Locale.ROOT),
                state,
                process.map(ProcessHandle::pid).orElse(null),
                plan.address(node).toString(),
                node.admin().toString(),
                process.isPresent() && probe.leads(node),
                directory.log(node).toString(),
                obstacle.orElse(null));
    }

    private NodeProcess process(LocalNode node) {
        return new NodeProcess(plan, directory, node);
    }
}
