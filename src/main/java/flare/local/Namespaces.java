package flare.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each node, all on one bridge, so that each has an address of its own and can be cut off:
 *
 * <pre>
 * host ── fl{tag}br (prefix.1) ──┬── fl{tag}a1 ══ eth0 in flare-{tag}-api-1 (prefix.11)
 *                                └── fl{tag}d1 ══ eth0 in flare-{tag}-data-1 (prefix.111)
 * </pre>
 *
 * Every name carries the cluster's tag, so that nothing of anybody else is touched. On loopback there is nothing to do.
 */
final class Namespaces {

    private static final Path NAMED = Path.of("/var/run/netns");
    private static final Path INTERFACES = Path.of("/sys/class/net");

    private final ClusterPlan plan;
    private final Network network;

    Namespaces(ClusterPlan plan) {
        this.plan = plan;
        this.network = plan.network();
    }

    /** Throws {@link LocalClusterException} where this host gives no namespaces. */
    void requireAllowed() {
        if (!network.separatesNodes()) {
            return;
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new LocalClusterException("--netns needs root: only it may make network namespaces");
        }
        try {
            run(List.of("ip", "netns", "list"));
        } catch (LocalClusterException e) {
            throw new LocalClusterException("--netns needs the program ip (iproute2) and a kernel with network"
                    + " namespaces: " + e.getMessage());
        }
    }

    /** Makes what is missing. What it made before a failure is removed by 'down', or used by the next 'up'. */
    void create() {
        if (!network.separatesNodes()) {
            return;
        }
        if (!exists(network.bridge())) {
            ip("link", "add", network.bridge(), "type", "bridge");
        }
        ip("addr", "replace", network.gateway() + "/24", "dev", network.bridge());
        ip("link", "set", network.bridge(), "up");
        plan.nodes().stream()
                .filter(node -> !Files.exists(NAMED.resolve(network.namespace(node))) || !exists(network.cable(node)))
                .forEach(this::connect);
    }

    private void connect(LocalNode node) {
        String namespace = network.namespace(node);
        if (!Files.exists(NAMED.resolve(namespace))) {
            ip("netns", "add", namespace);
        }
        ip("link", "add", network.cable(node), "type", "veth", "peer", "name", "eth0", "netns", namespace);
        ip("link", "set", network.cable(node), "master", network.bridge(), "up");
        ip("-n", namespace, "addr", "add", node.host() + "/24", "dev", "eth0");
        ip("-n", namespace, "link", "set", "lo", "up");
        ip("-n", namespace, "link", "set", "eth0", "up");
    }

    /** Removes what is there of this cluster's. */
    void remove() {
        if (!network.separatesNodes()) {
            return;
        }
        for (LocalNode node : plan.nodes()) {
            if (exists(network.cable(node))) {
                ip("link", "del", network.cable(node));
            }
            if (Files.exists(NAMED.resolve(network.namespace(node)))) {
                ip("netns", "del", network.namespace(node));
            }
        }
        if (exists(network.bridge())) {
            ip("link", "del", network.bridge());
        }
    }

    private static boolean exists(String device) {
        return Files.exists(INTERFACES.resolve(device));
    }

    private static void ip(String... words) {
        List<String> command = new ArrayList<>();
        command.add("ip");
        command.addAll(List.of(words));
        run(command);
    }

    private static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new LocalClusterException("'" + String.join(" ", command) + "' failed: " + said);
            }
        } catch (IOException e) {
            throw new LocalClusterException("'" + String.join(" ", command) + "' failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted", e);
        }
    }
}
