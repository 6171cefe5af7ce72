package flare.cli;

import flare.backup.BackupException;
import flare.backup.BackupReader;
import flare.backup.BackupReport;
import flare.config.InvalidSettingException;
import flare.metadata.FsckRepair;
import flare.metadata.MetadataImport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "metadata",
        mixinStandardHelpOptions = true,
        description = "Backs up the metadata: which objects there are, and where their bytes are. Not the bytes.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare metadata export metadata-2026-01-31.tar",
            "  flare metadata export - | ssh backup 'cat > metadata.tar'",
            "  flare metadata verify metadata-2026-01-31.tar",
            "  flare metadata import metadata-2026-01-31.tar --dir /var/lib/flare",
            "  flare metadata import metadata-2026-01-31.tar --dir /var/lib/flare --repair",
            "",
            "A backup holds the secret keys of all users: keep it as you keep the data directory."
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class MetadataCommand implements Runnable {

    private static final String EXPORT = "/admin/metadata/export";
    private static final String STANDARD = "-";

    @Spec
    private CommandSpec spec;

    /** What is told of a backup. */
    record Shown(
            String cluster,
            int epoch,
            int featureLevel,
            long term,
            long index,
            String taken,
            String version,
            int files,
            long bytes) {

        static Shown of(BackupReport report) {
            return new Shown(
                    report.header().cluster().toString(),
                    report.header().epoch(),
                    report.header().featureLevel(),
                    report.header().term(),
                    report.header().index(),
                    report.header().taken().toString(),
                    report.header().version(),
                    report.files(),
                    report.bytes());
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the metadata? export, verify and import are allowed");
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Has a server write a backup of the metadata, with all that was acknowledged before, and verifies it on its way.",
                "FILE appears only once the backup is whole and on the disk. It must not exist."
            })
    void export(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "FILE", description = "Where to; - for the standard output.") String file) {
        boolean standard = file.equals(STANDARD);
        CommandSpec command = subcommand("export");
        BackupReport report;
        try (ShownProgress progress = new ShownProgress(
                command.commandLine().getErr(), "exporting", !server.json() && ShownProgress.onTerminal())) {
            report = standard ? exportToOutput(server, progress) : exportTo(server, Path.of(file), progress);
        }
        PrintWriter out = standard
                ? command.commandLine().getErr()
                : command.commandLine().getOut();
        print(out, server.json(), report, standard ? "the backup" : file);
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Reads a backup and says what it is of, if it is whole. Asks no server.")
    void verify(
            @Option(names = "--json", description = "Print JSON.") boolean json,
            @Parameters(paramLabel = "FILE", description = "The backup; - for the standard input.") String file) {
        CommandSpec command = subcommand("verify");
        try (InputStream in =
                file.equals(STANDARD) ? new FileInputStream(FileDescriptor.in) : Files.newInputStream(Path.of(file))) {
            print(command.commandLine().getOut(), json, BackupReader.read(in, BackupReader.NOWHERE), file);
        } catch (BackupException e) {
            throw new CommandFailedException(FlareCommand.REFUSED, file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new CommandFailedException(FlareCommand.REFUSED, file + " can't be read: " + e);
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Makes the metadata directory of a first peer from a backup, for a cluster that has lost all of them.",
                "Asks no server: none of the old ones may ever run again. Others join this one once it runs.",
                "With --repair also for metadata of which 'flare fsck' finds that its rows contradict each other."
            })
    void restore(
            @Option(names = "--json", description = "Print JSON.") boolean json,
            @Option(
                            names = "--dir",
                            paramLabel = "DIR",
                            required = true,
                            description = "flare.data-dir of the process that is to start. It has no metadata.")
                    Path directory,
            @Option(
                            names = "--peer",
                            paramLabel = "ID@HOST:PORT",
                            defaultValue = "api-1@127.0.0.1:8010",
                            description = "This peer as in its flare.raft.peers (default: ${DEFAULT-VALUE}).")
                    String peer,
            @Option(
                            names = "--repair",
                            description =
                                    "Have counts, queues and indexes be what the rows they stand for say. What no row tells is"
                                            + " reported and left as it is, and so are blobs counted on more often than they are referred to:"
                                            + " they keep their space.")
                    boolean repair,
            @Option(
                            names = "--lower-counts",
                            description =
                                    "With --repair: those, too, unless a version has no content. What nothing refers to is then"
                                            + " deleted once deletion is resumed.")
                    boolean lowerCounts,
            @Parameters(paramLabel = "FILE", description = "The backup.") Path file) {
        CommandSpec command = subcommand("import");
        if (lowerCounts && !repair) {
            throw new ParameterException(command.commandLine(), "--lower-counts is allowed with --repair only");
        }
        PrintWriter out = command.commandLine().getOut();
        MetadataImport.Imported imported;
        try (InputStream in = Files.newInputStream(file)) {
            imported = MetadataImport.run(
                    in,
                    directory,
                    peer,
                    !repair ? FsckRepair.NONE : lowerCounts ? FsckRepair.ALL : FsckRepair.KEEP_REFERENCES);
        } catch (InvalidSettingException e) {
            throw new CommandFailedException(
                    FlareCommand.WRONG_USAGE, "--peer " + peer + " is not allowed: id@host:port is");
        } catch (IOException | IllegalStateException e) {
            throw new CommandFailedException(FlareCommand.REFUSED, "nothing was imported: " + e.getMessage());
        }
        if (json) {
            Text.json(out, imported);
        } else {
            out.println(directory + " holds the metadata of "
                    + imported.backup().header().taken() + ", as peer " + imported.peer() + ", epoch "
                    + imported.epoch());
            out.println("log       goes on behind entry " + imported.index() + "; " + imported.sessions()
                    + " sessions were closed");
            MetadataImport.Repaired repaired = imported.repaired();
            if (repaired != null) {
                repaired.first().forEach(problem -> out.println("left      " + problem));
                out.println(
                        "repair    " + repaired.problems() + " problems were found, " + repaired.left() + " are left");
            }
            out.println("next      start it with flare.raft.peer = " + imported.peer()
                    + ", see that objects are whole ('flare scrub start', 'flare fsck'),");
            out.println("          then 'flare repair resume --orphans': until then nothing is deleted from disks");
        }
        out.flush();
    }

    private static BackupReport exportTo(AdminConnection server, Path file, ShownProgress progress) {
        try (BackupFile target = BackupFile.create(file);
                InputStream in = server.stream("GET", EXPORT)) {
            BackupReport report =
                    BackupReader.read(new CopyingInput(in, target.output(), progress), BackupReader.NOWHERE);
            target.keep();
            return report;
        } catch (IOException e) {
            throw failed(file + " was not written", e);
        }
    }

    private static BackupReport exportToOutput(AdminConnection server, ShownProgress progress) {
        try (InputStream in = server.stream("GET", EXPORT);
                FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            return BackupReader.read(new CopyingInput(in, out, progress), BackupReader.NOWHERE);
        } catch (IOException e) {
            throw failed("what was written is no backup", e);
        }
    }

    private static CommandFailedException failed(String result, IOException failure) {
        return new CommandFailedException(
                FlareCommand.REFUSED,
                result + ": "
                        + (failure instanceof BackupException
                                ? failure.getMessage()
                                : "the server gave up, the connection broke, or the disk refused: " + failure));
    }

    private static void print(PrintWriter out, boolean json, BackupReport report, String name) {
        Shown shown = Shown.of(report);
        if (json) {
            Text.json(out, shown);
        } else {
            out.println(name + " is whole: " + shown.files() + " files, " + Text.bytes(shown.bytes()));
            out.println("cluster   " + shown.cluster() + ", epoch " + shown.epoch() + ", feature level "
                    + shown.featureLevel());
            out.println("state     up to log entry " + shown.index() + " of term " + shown.term());
            out.println("taken     " + shown.taken() + " by Flare " + shown.version());
        }
        out.flush();
    }

    private CommandSpec subcommand(String name) {
        return Objects.requireNonNull(spec.subcommands().get(name)).getCommandSpec();
    }
}
