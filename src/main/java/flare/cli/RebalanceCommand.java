package flare.cli;

import flare.admin.RebalanceStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "rebalance",
        mixinStandardHelpOptions = true,
        description = {
            "Brings copies where the node map wants them.",
            "Begins by itself when nodes come, go or change their zone or weight."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare rebalance status     each node's bytes next to its share",
            "  flare rebalance cancel     stays called off until the next line",
            "  flare rebalance start      goes on, or levels again what has become uneven"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class RebalanceCommand implements Runnable {

    private static final String PATH = "/admin/rebalance";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about rebalancing? status, start and cancel are allowed");
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows each node's bytes and its share.")
    void status(@Mixin AdminConnection server) {
        server.get(PATH, RebalanceStatus.class, RebalanceCommand::print);
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Moves copies until all stand where the node map wants them. Returns at once.")
    void start(@Mixin AdminConnection server) {
        server.post(PATH + "/start", RebalanceStatus.class, RebalanceCommand::print);
    }

    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Moves nothing more, also after later changes of the nodes, until it is started again.")
    void cancel(@Mixin AdminConnection server) {
        server.post(PATH + "/cancel", RebalanceStatus.class, RebalanceCommand::print);
    }

    private static long surplus(RebalanceStatus status) {
        return status.nodes().stream()
                .mapToLong(node -> Math.max(0, node.bytes() - node.shareBytes()))
                .sum();
    }

    private static void print(RebalanceStatus status, PrintWriter out) {
        out.println("rebalancing: "
                + switch (status.state()) {
                    case "balanced" -> "nothing to do, every copy stands where the node map wants it";
                    case "moving" -> "about " + Text.bytes(surplus(status)) + " are to be moved";
                    default -> "called off until 'flare rebalance start'";
                });
        Text.table(
                out,
                List.of("NODE", "BYTES", "SHARE", "OF SHARE"),
                status.nodes().stream()
                        .map(node -> List.of(
                                Integer.toString(node.id()),
                                Text.bytes(node.bytes()),
                                Text.bytes(node.shareBytes()),
                                node.shareBytes() == 0
                                        ? "-"
                                        : String.format(
                                                Locale.ROOT, "%.1f %%", 100.0 * node.bytes() / node.shareBytes())))
                        .toList());
    }
}
