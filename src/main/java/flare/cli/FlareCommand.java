package flare.cli;

import flare.telemetry.BuildInfo;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code flare}: looks at a running server and orders it about through its admin port. */
@Command(
        name = "flare",
        mixinStandardHelpOptions = true,
        versionProvider = FlareCommand.Version.class,
        description = "A distributed object store.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            NodeCommand.class,
            ReclaimCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare server                      start an API node and three data nodes here",
            "  flare status                      the cluster, its nodes and what they are at",
            "  flare status --json               the same for a script",
            "  flare node list --admin http://127.0.0.1:8001",
            "  flare node drain 3                place nothing new on node 3",
            "  flare reclaim                     delete now what nothing refers to",
            "",
            "Exit status: 0 done, 1 the server refused or reports a problem, 2 wrong usage, 3 no server reached."
        })
public final class FlareCommand implements Runnable {

    /** The server was reached and refused, or reports a problem. */
    static final int REFUSED = 1;

    static final int WRONG_USAGE = CommandLine.ExitCode.USAGE;
    static final int UNREACHABLE = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private FlareCommand() {}

    /**
     * The command line, ready to execute.
     *
     * @param more further subcommands, each an object annotated with picocli's {@link Command}: what runs a server lives
     *     in packages that this one may not know
     */
    public static CommandLine create(Object... more) {
        CommandLine line = new CommandLine(new FlareCommand());
        for (Object command : more) {
            line.addSubcommand(command);
        }
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command.getErr()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    private static int report(Exception failure, PrintWriter err) throws Exception {
        if (failure instanceof CommandFailedException known) {
            err.println("flare: " + known.getMessage());
            return known.exitStatus();
        }
        throw failure;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"flare " + BuildInfo.version()};
        }
    }
}
