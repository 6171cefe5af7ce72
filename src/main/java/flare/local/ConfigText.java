package flare.local;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import flare.local.LocalNode.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration files of a planned cluster: what all nodes share, and what is each one's own. */
final class ConfigText {

    static final String SHARED = "cluster.conf";

    private final ClusterPlan plan;
    private final ClusterDirectory directory;

    ConfigText(ClusterPlan plan, ClusterDirectory directory) {
        this.plan = plan;
        this.directory = directory;
    }

    /** What every node includes. */
    String shared() {
        List<LocalNode> nodes = plan.nodes();
        StringBuilder text = new StringBuilder();
        text.append("# Shared by all nodes of this cluster; written by 'flare cluster up'.\n");
        line(text, "flare.cluster-secret-file", quoted(directory.clusterSecret()));
        line(text, "flare.copies", Integer.toString(plan.copies()));
        line(
                text,
                "flare.data-nodes",
                list(nodes.stream()
                        .filter(node -> !node.isApi())
                        .map(node -> plan.address(node).toString())
                        .toList()));
        if (plan.api() > 1) {
            line(text, "flare.raft.peers", list(peers(nodes)));
        }
        if (plan.network().separatesNodes()) {
            if (!plan.tls()) {
                line(text, "flare.raft.insecure", "true");
            }
            line(text, "flare.admin.token", quoted(directory.readSecret(directory.adminToken())));
            line(text, "flare.s3.root-access-key", quoted(ClusterDirectory.ROOT_ACCESS_KEY));
            line(text, "flare.s3.root-secret-key-file", quoted(directory.rootSecret()));
        }
        for (Map.Entry<String, String> setting : plan.sortedSettings().entrySet()) {
            line(text, setting.getKey(), quoted(setting.getValue()));
        }
        return text.toString();
    }

    /** A node's own file. */
    String own(LocalNode node) {
        StringBuilder text = new StringBuilder();
        text.append("include ").append(quoted(SHARED)).append('\n');
        line(text, "flare.roles", node.isApi() ? "[api]" : "[data]");
        line(text, "flare.data-dir", quoted(directory.data(node)));
        line(text, "flare.bind", quoted(node.host()));
        if (plan.tls()) {
            line(text, "flare.nodes-tls.ca", quoted(directory.authority()));
            line(text, "flare.nodes-tls.certificate", quoted(directory.certificate(node)));
            line(text, "flare.nodes-tls.key", quoted(directory.key(node)));
        }
        line(text, "flare.admin.port", Integer.toString(node.adminPort()));
        if (node.isApi()) {
            line(text, "flare.http.port", Integer.toString(node.port()));
            line(text, "flare.raft.port", Integer.toString(node.raftPort()));
            line(text, "flare.raft.peer", quoted(node.name()));
            if (node.role() == Role.LISTENER) {
                line(text, "flare.raft.join", "true");
            }
        } else {
            line(text, "flare.data.port", Integer.toString(node.port()));
            line(text, "flare.data.nodes", "1");
        }
        return text.toString();
    }

    private static List<String> peers(List<LocalNode> nodes) {
        return nodes.stream()
                .filter(node -> node.role() == Role.PEER)
                .map(node -> node.name() + "@" + node.host() + ":" + node.raftPort())
                .toList();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append(" = ").append(value).append('\n');
    }

    private static String list(List<String> values) {
        return values.stream().map(ConfigText::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(Path path) {
        return quoted(path.toString());
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
