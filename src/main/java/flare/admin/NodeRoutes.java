package flare.admin;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.Query;

/**
 * Orders about data nodes: {@code POST /admin/nodes/add?url=…&zone=…&weight=…}, {@code /admin/nodes/{id}/place?zone=…&weight=…},
 * {@code /admin/nodes/{id}/{state}}.
 */
final class NodeRoutes {

    static final String NODES = "/admin/nodes";

    private static final String ADD = NODES + "/add";
    private static final String PLACE = "place";

    private NodeRoutes() {}

    /** Empty where the path is none of these. */
    static Optional<Supplier<CompletionStage<NodeStatus>>> order(String path, Query query, AdminOperations operations) {
        Optional<String> zone = query.get("zone");
        if (path.equals(ADD)) {
            return Optional.of(() -> operations.addNode(
                    url(query.get("url").orElse("")),
                    zone.orElse(""),
                    weight(query).orElse(1.0)));
        }
        String[] parts = path.startsWith(NODES + "/")
                ? path.substring(NODES.length() + 1).split("/", -1)
                : new String[0];
        if (parts.length != 2 || !parts[0].matches("[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        NodeId node = new NodeId(Integer.parseInt(parts[0]));
        if (parts[1].equals(PLACE)) {
            return Optional.of(() -> place(node, zone, weight(query), operations));
        }
        return Arrays.stream(NodeState.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(parts[1]))
                .findFirst()
                .map(state -> () -> state == NodeState.LOST && !isForced(query)
                        ? operations.markLost(node)
                        : operations.setNodeState(node, state));
    }

    private static boolean isForced(Query query) {
        return query.get("force").filter("true"::equals).isPresent();
    }

    private static CompletionStage<NodeStatus> place(
            NodeId node, Optional<String> zone, Optional<Double> weight, AdminOperations operations) {
        if (zone.isEmpty() && weight.isEmpty()) {
            throw refusal("neither a zone nor a weight is given: at least one is to be set");
        }
        return operations.placeNode(node, zone, weight);
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (http && url.getHost() != null && url.getPort() > 0) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw refusal("url '" + text + "' is not allowed: one such as http://10.0.0.7:9000 is", e);
        }
        throw refusal("url '" + text + "' is not allowed: one such as http://10.0.0.7:9000 is");
    }

    private static Optional<Double> weight(Query query) {
        return query.get("weight").map(text -> {
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException e) {
                throw refusal("weight '" + text + "' is not allowed: a number above 0 is", e);
            }
        });
    }

    private static FlareException refusal(String why) {
        return new FlareException(Fault.INVALID_ARGUMENT, why);
    }

    private static FlareException refusal(String why, Throwable cause) {
        return new FlareException(Fault.INVALID_ARGUMENT, why, cause);
    }
}
