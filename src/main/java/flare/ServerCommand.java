package flare;

import flare.config.InvalidSettingException;
import flare.config.Settings;
import flare.telemetry.BuildInfo;
import flare.telemetry.Logging;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a server until it is told to stop. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description =
                "Starts the roles that the settings name: by default an API node and three data nodes on 127.0.0.1.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare server",
            "  FLARE_DATA_DIR=/srv/flare FLARE_PORT=9900 flare server",
            "  flare server -Dflare.copies=2 -Dflare.etag=fast",
            "  flare server -Dconfig.file=/etc/flare.conf",
            "",
            "Every setting is described in src/main/resources/reference.conf."
        })
final class ServerCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
    private static final int FAILED = 1;
    private static final int HALTED = 70;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            long begin = System.nanoTime();
            Settings settings = Settings.load();
            Logging.configure(settings.log());
            Node node = Node.start(settings, ServerCommand::halt);
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, stopped, err), "shutdown"));
            greet(out, settings, node, Duration.ofNanos(System.nanoTime() - begin));
            stopped.await();
            return 0;
        } catch (InvalidSettingException | StartFailedException e) {
            err.println("flare: " + e.getMessage());
            return FAILED;
        }
    }

    /** What this process knows can't be trusted any more: it ends at once, and a restart recovers from the log. */
    private static void halt(Throwable failure) {
        LOG.error("Flare stops", failure);
        Runtime.getRuntime().halt(HALTED);
    }

    private static void stop(Node node, CountDownLatch stopped, PrintWriter err) {
        err.println("flare: stopping, transfers under way may end");
        err.flush();
        node.close();
        stopped.countDown();
        // A drained stop that was asked for is a success, not the death by signal that the JVM would report.
        Runtime.getRuntime().halt(0);
    }

    private static void greet(PrintWriter out, Settings settings, Node node, Duration took) {
        out.printf("Flare %s, started in %.1f s%n", BuildInfo.version(), took.toMillis() / 1000.0);
        node.objectPort().ifPresent(url -> out.printf("  objects     %s/object/{key}%n", url));
        out.printf("  admin       %s  (/health/ready, /metrics)%n", node.adminPort());
        for (URI url : node.dataPorts()) {
            out.printf("  data node   %s%n", url);
        }
        out.printf(
                "  data        %s%n", settings.node().dataDir().toAbsolutePath().normalize());
        node.objectPort().ifPresent(url -> {
            out.println("Try:");
            out.printf("  curl -X PUT --data-binary @file.zip %s/object/my-object%n", url);
            out.printf("  curl %s/object/my-object > out.zip && cmp file.zip out.zip%n", url);
        });
        out.flush();
    }
}
