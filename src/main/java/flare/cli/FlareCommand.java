package flare.cli;

import flare.telemetry.BuildInfo;
import java.io.PrintWriter;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code flare}: looks at a running server and orders it about through its admin port. */
@Command(
        name = "flare",
        mixinStandardHelpOptions = true,
        versionProvider = FlareCommand.Version.class,
        description = "A distributed object store.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare server                      start an API node and three data nodes here",
            "  flare status                      the cluster, its nodes and what they are at",
            "  flare status --json               the same for a script",
            "  flare node list --admin http://127.0.0.1:8001",
            "  flare node drain 3                place nothing new on node 3",
            "  flare reclaim                     delete now what nothing refers to",
            "  flare raft status                 the peers that keep the metadata",
            "  flare scrub status                when all copies were checked last, and what was found",
            "  flare repair status               how many chunks lack copies; pause and resume, too",
            "  flare settings set copies=3       keep three copies of everything",
            "  flare cluster up --api 3 --data 5 a cluster on this machine, a process for each node",
            "  flare uploads list                multipart uploads that nobody finished",
            "  flare doctor                      what is wrong or at risk, and what to do about it",
            "  flare fsck                        whether the metadata agrees with itself, or with --disks with the disks",
            "  flare metadata export FILE        a backup of the metadata, while the cluster goes on",
            "  flare object locate a/key --verify  on which nodes an object's bytes are, and whether they are sound",
            "  flare user add anna               another key pair than that of the settings",
            "  flare client-config aws           what the AWS CLI needs to use this server",
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
     * @param more further subcommands, named first, each an object annotated with picocli's {@link Command}: what runs a server lives
     *     in packages that this one may not know
     */
    public static CommandLine create(Object... more) {
        CommandLine line = new CommandLine(new FlareCommand());
        for (Object command : more) {
            line.addSubcommand(command);
        }
        line.addSubcommand(StatusCommand.class)
                .addSubcommand(NodeCommand.class)
                .addSubcommand(ReclaimCommand.class)
                .addSubcommand(RebalanceCommand.class)
                .addSubcommand(RepairCommand.class)
                .addSubcommand(ClusterCommand.class)
                .addSubcommand(UploadsCommand.class)
                .addSubcommand(ObjectCommand.class)
                .addSubcommand(DoctorCommand.class)
                .addSubcommand(FsckCommand.class)
                .addSubcommand(MetadataCommand.class)
                .addSubcommand(SpaceCommand.class)
                .addSubcommand(UserCommand.class)
                .addSubcommand(ClientConfigCommand.class)
                .addSubcommand(RaftCommand.class)
                .addSubcommand(ScrubCommand.class)
                .addSubcommand(SettingsCommand.class)
                .addSubcommand(VersionCommand.class)
                .addSubcommand(HelpCommand.class);
        everyCommand(line).forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        line.setParameterExceptionHandler((wrong, words) -> report(wrong));
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command.getErr()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    private static Stream<CommandLine> everyCommand(CommandLine line) {
        return Stream.concat(
                Stream.of(line), line.getSubcommands().values().stream().flatMap(FlareCommand::everyCommand));
    }

    /** What is wrong, what was perhaps meant, and where to read on: the whole usage would push that off the screen. */
    private static int report(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("flare: " + wrong.getMessage());
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return WRONG_USAGE;
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
