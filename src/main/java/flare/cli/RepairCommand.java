package flare.cli;

import flare.admin.RepairStatus;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        description = "Shows and orders the making of copies that chunks lack.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare repair status             how many chunks lack copies, and who is at it",
            "  flare repair pause              make no copies, and rebalance nothing, until it is resumed",
            "  flare repair resume",
            "  flare repair resume --orphans   and let a stopped orphan sweep delete what it found"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class RepairCommand implements Runnable {

    private static final String PATH = "/admin/repair";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about repair? status, pause and resume are allowed");
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows what is left. The leader's process tells of its workers, too.")
    void status(@Mixin AdminConnection server) {
        server.get(PATH, RepairStatus.class, RepairCommand::print);
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Makes no more copies after those under way: what loses copies stays short of them."
                    + " Kept over restarts.")
    void pause(@Mixin AdminConnection server) {
        server.post(PATH + "/pause", RepairStatus.class, RepairCommand::print);
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Ends a pause.")
    void resume(
            @Mixin AdminConnection server,
            @Option(
                            names = "--orphans",
                            description =
                                    "Deleting goes on after a restore, and an orphan sweep that has stopped, which this once deletes any number"
                                            + " of chunks that nothing refers to.")
                    boolean orphans) {
        server.post(PATH + "/resume" + (orphans ? "?orphans=true" : ""), RepairStatus.class, RepairCommand::print);
    }

    private static void print(RepairStatus status, PrintWriter out) {
        out.println("repair    "
                + (status.state().equals("paused") ? "PAUSED until 'flare repair resume'" : status.state()));
        out.println("left      " + status.lacking() + " chunks have other copies than wanted, " + status.pulling()
                + " copies being made, " + status.freed() + " to be deleted");
        if (!status.workers().isEmpty()) {
            out.println();
            StatusCommand.workers(out, status.workers());
        }
    }
}
