package flare.cli;

import flare.admin.FsckResult;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "fsck",
        mixinStandardHelpOptions = true,
        description = {
            "Has a server check the rows of its metadata against each other: references and copies of every blob, objects and"
                    + " versions of every bucket, what each node holds, the queues.",
            "It reads a checkpoint, changes nothing, and may take minutes. Each peer has metadata of its own: ask each.",
            "A peer that alone has problems is replaced ('flare raft'); where all have them, 'flare metadata import --repair'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare fsck",
            "  flare fsck --admin http://10.0.0.7:8001 --json",
            "",
            "Exit status: 0 no problem, 1 there are some or the check failed, 2 wrong usage, 3 no server reached."
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class FsckCommand implements Callable<Integer> {

    @Mixin
    private AdminConnection server;

    @Override
    public Integer call() {
        FsckResult result = server.post("/admin/fsck", FsckResult.class, FsckCommand::print);
        return result.problems() == 0 ? 0 : FlareCommand.REFUSED;
    }

    private static void print(FsckResult result, PrintWriter out) {
        result.first().forEach(out::println);
        out.println(result.rows() + " rows of the metadata up to log entry " + result.index() + " were checked: "
                + (result.problems() == 0 ? "no problem" : result.problems() + " problems")
                + (result.problems() > result.first().size()
                        ? ", of which these are the first " + result.first().size()
                        : ""));
    }
}
