package flare.cli;

import flare.admin.NodeStatus;
import flare.model.NodeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "node",
        aliases = "nodes",
        mixinStandardHelpOptions = true,
        description = "Shows data nodes, adds them, and moves them between states.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare node add http://10.0.0.7:9000 --zone rack-2 --weight 1.5",
            "  flare node set 3 --zone rack-1     copies of a chunk prefer distinct zones",
            "  flare node drain 3                 its copies move away; 'node remove 3' once it has none"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class NodeCommand implements Runnable {

    private static final String NUMBER = "The node's number, as 'flare node list' shows it.";

    private static final String ZONE =
            "What fails together, such as a machine or a rack; copies of a chunk prefer distinct ones.";

    private static final String WEIGHT =
            "Its share of the bytes next to others'; 1 by default. Twice the disk: twice the weight.";

    private static final int MAX_ID = 999_999_999;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "what about the nodes? list, add, set, drain, undrain, lost and remove are allowed");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the data nodes.")
    void list(@Mixin AdminConnection server) {
        server.get("/admin/nodes", NodeStatus[].class, (nodes, out) -> Text.nodes(out, Arrays.asList(nodes)));
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a data node that runs into the cluster; copies then move to it until it has its share.")
    void add(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "URL", description = "Of its data port, such as http://10.0.0.7:9000.") String url,
            @Option(names = "--zone", paramLabel = "ZONE", defaultValue = "", description = ZONE) String zone,
            @Option(names = "--weight", paramLabel = "NUMBER", defaultValue = "1", description = WEIGHT)
                    double weight) {
        server.post(
                "/admin/nodes/add?url=" + Text.encoded(url) + "&zone=" + Text.encoded(zone) + "&weight=" + weight,
                NodeStatus.class,
                (node, out) ->
                        out.println("node " + node.id() + " at " + node.url() + " is " + node.state() + place(node)));
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Gives a node another zone or weight; copies then move.")
    void set(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "ID", description = NUMBER) int id,
            @Option(names = "--zone", paramLabel = "ZONE", description = ZONE) @Nullable String zone,
            @Option(names = "--weight", paramLabel = "NUMBER", description = WEIGHT) @Nullable Double weight) {
        if (zone == null && weight == null) {
            throw new ParameterException(spec.commandLine(), "what is to be set? --zone, --weight or both are allowed");
        }
        List<String> query = new ArrayList<>();
        if (zone != null) {
            query.add("zone=" + Text.encoded(zone));
        }
        if (weight != null) {
            query.add("weight=" + weight);
        }
        server.post(
                "/admin/nodes/" + allowed(id) + "/place?" + String.join("&", query),
                NodeStatus.class,
                (node, out) -> out.println("node " + node.id() + " is" + place(node)));
    }

    private static String place(NodeStatus node) {
        return (node.zone().isEmpty() ? " in no zone" : " in zone " + node.zone()) + ", weight " + node.weight();
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = "Places nothing new on the node and moves away what it has, serving it until then.")
    void drain(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.DRAINING);
    }

    @Command(
            name = "undrain",
            aliases = "activate",
            mixinStandardHelpOptions = true,
            description = "Uses the node for new copies again.")
    void undrain(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.ACTIVE);
    }

    @Command(
            name = "lost",
            mixinStandardHelpOptions = true,
            description =
                    "Counts the node's copies as gone: they are made again from the others. Refused where more than"
                            + " a third of the nodes would be lost.")
    void lost(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "ID", description = NUMBER) int id,
            @Option(
                            names = "--force",
                            description =
                                    "So many are gone indeed. Repair still waits until they are no more than a third.")
                    boolean force) {
        move(server, allowed(id) + "/lost" + (force ? "?force=true" : ""));
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Takes the node out of the cluster for good; refused while it holds copies.")
    void remove(@Mixin AdminConnection server, @Parameters(paramLabel = "ID", description = NUMBER) int id) {
        move(server, id, NodeState.REMOVED);
    }

    private void move(AdminConnection server, int id, NodeState state) {
        move(server, allowed(id) + "/" + state.name().toLowerCase(Locale.ROOT));
    }

    private static void move(AdminConnection server, String order) {
        server.post(
                "/admin/nodes/" + order,
                NodeStatus.class,
                (node, out) -> out.println(
                        "node " + node.id() + " is " + node.state() + " and holds " + node.copies() + " copies"));
    }

    private int allowed(int id) {
        if (id < 1 || id > MAX_ID) {
            throw new ParameterException(
                    spec.commandLine(), "ID " + id + " is not allowed: a number that 'flare node list' shows is");
        }
        return id;
    }
}
