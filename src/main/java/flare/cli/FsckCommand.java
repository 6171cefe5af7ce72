package flare.cli;

import flare.admin.DiskComparison;
import flare.admin.DiskComparison.Damaged;
import flare.admin.FsckResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "fsck",
        mixinStandardHelpOptions = true,
        description = {
            "Has a server check the rows of its metadata against each other: references and copies of every blob, objects and"
                    + " versions of every bucket, what each node holds, the queues.",
            "It reads a checkpoint, changes nothing, and may take minutes. Each peer has metadata of its own: ask each.",
            "A peer that alone has problems is replaced ('flare raft'); where all have them, 'flare metadata import --repair'.",
            "With --disks it compares what is recorded of all chunks with what the data nodes' disks have, both ways."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare fsck",
            "  flare fsck --disks",
            "  flare fsck --admin http://10.0.0.7:8001 --json",
            "",
            "Exit status: 0 no problem, 1 there are some, or the check failed or could not look at all, 2 wrong usage,"
                    + " 3 no server reached."
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class FsckCommand implements Callable<Integer> {

    private static final String DISKS = "/admin/fsck/disks";

    @Mixin
    private AdminConnection server;

    @Option(
            names = "--disks",
            description =
                    "Compare the records of all chunks with the copies on the data nodes' disks instead. Their names:"
                            + " 'flare scrub' reads their bytes.")
    private boolean disks;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (disks) {
            return compare();
        }
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

    private int compare() throws IOException {
        DiskComparison result = server.show(lastLine(), DiskComparison.class, FsckCommand::print);
        return result.coversAll() && !result.findsDamage() ? 0 : FlareCommand.REFUSED;
    }

    private byte[] lastLine() throws IOException {
        PrintWriter terminal = spec.commandLine().getErr();
        try (BufferedReader lines = new BufferedReader(
                        new InputStreamReader(server.stream("POST", DISKS), StandardCharsets.UTF_8));
                ShownProgress progress =
                        new ShownProgress(terminal, "comparing", !server.json() && ShownProgress.onTerminal())) {
            for (String line = next(lines); line != null; line = next(lines)) {
                byte[] json = line.getBytes(StandardCharsets.UTF_8);
                DiskComparison soFar = server.read(json, DiskComparison.class);
                if (soFar.error() != null) {
                    throw new CommandFailedException(
                            FlareCommand.REFUSED,
                            "the comparison ended after " + soFar.chunks() + " chunks: " + soFar.error());
                }
                if (soFar.finished()) {
                    return json;
                }
                progress.show(() ->
                        soFar.chunks() + " of " + soFar.ofChunks() + " chunks, " + soFar.missing() + " copies missing");
            }
        }
        throw new CommandFailedException(
                FlareCommand.REFUSED, "the server ended its answer early: its log may say why; try again");
    }

    private static @Nullable String next(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException e) {
            throw new CommandFailedException(
                    FlareCommand.REFUSED, "the connection broke before the end of the comparison: " + e.getMessage());
        }
    }

    private static void print(DiskComparison result, PrintWriter out) {
        result.first().forEach(out::println);
        result.damaged().forEach(damaged -> out.println("damaged: " + name(damaged)));
        result.notAsked().forEach(reason -> out.println("incomplete: " + reason));
        out.println(result.chunks() + " chunks with " + result.copies() + " copies were compared with "
                + result.onDisks() + " copies on disks");
        out.println("missing: " + result.missing() + " copies; chunks lost: " + result.lost()
                + (result.doubtful() > 0 ? ", in doubt: " + result.doubtful() : ""));
        out.println("on disks and not recorded: " + result.orphans() + " that nothing refers to, " + result.unlocated()
                + " of chunks in use, " + result.foreign() + " foreign; " + result.inFlight() + " being written");
        if (result.missing() > 0) {
            out.println("'flare scrub start' finds the missing copies, too, and has them made again.");
        }
    }

    private static String name(Damaged damaged) {
        String key = damaged.bucket() + "/" + damaged.key();
        if (damaged.upload() != null) {
            return "part " + damaged.part() + " of upload " + damaged.upload() + " of " + key;
        }
        return key + (damaged.newest() ? "" : ", older version") + " (version " + damaged.version() + ")";
    }
}
