package flare.cli;

import flare.telemetry.BuildInfo;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", mixinStandardHelpOptions = true, description = "Prints the version of this program.")
@SuppressWarnings("NullAway.Init") // set by picocli
final class VersionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("flare " + BuildInfo.version() + ", Java " + Runtime.version());
        out.flush();
    }
}
