package flare.cli;

import flare.admin.NodeStatus;
import flare.model.NodeState;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "node",
        aliases = "nodes",
        mixinStandardHelpOptions = true,
        description = "Shows data nodes and moves them between states.")
@SuppressWarnings("NullAway.Init") // set by picocli
final class NodeCommand implements Runnable {

    private static final String NUMBER = "The node's number, as 'flare node list' shows it.";

    private static final int MAX_ID = 999_999_999;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the nodes? list, drain, activate, lost and remove are allowed");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the data nodes.")
    void list(@Mixin AdminConnection server) {
        server.get("/admin/nodes", NodeStatus[].class, (nodes, out) -> Text.nodes(out, Arrays.asList(nodes)));
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = "Places nothing new on the node; it goes on serving what it has.")
    void drain(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.DRAINING);
    }

    @Command(name = "activate", mixinStandardHelpOptions = true, description = "Uses the node for new copies again.")
    void activate(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.ACTIVE);
    }

    @Command(
            name = "lost",
            mixinStandardHelpOptions = true,
            description = "Counts the node's copies as gone: they are made again from the others.")
    void lost(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.LOST);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Takes the node out of the cluster for good; refused while it holds copies.")
    void remove(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.REMOVED);
    }

    private void move(AdminConnection server, int id, NodeState state) {
        if (id < 1 || id > MAX_ID) {
            throw new ParameterException(
                    spec.commandLine(), "ID " + id + " is not allowed: a number that 'flare node list' shows is");
        }
        server.post(
                "/admin/nodes/" + id + "/" + state.name().toLowerCase(Locale.ROOT),
                NodeStatus.class,
                (node, out) -> out.println(
                        "node " + node.id() + " is " + node.state() + " and holds " + node.copies() + " copies"));
    }
}
