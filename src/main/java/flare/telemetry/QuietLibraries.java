package flare.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * Where Flare is embedded and nobody configured Logback, that prints everything at DEBUG, of which Flare and its libraries
 * have megabytes. Found by Logback as a service, this sets the levels of just those loggers, and leaves all else to Logback.
 * Where there is a configuration file, of whatever content, it does nothing.
 */
@ConfiguratorRank(ConfiguratorRank.NOMINAL)
public final class QuietLibraries extends ContextAwareBase implements Configurator {

    private static final List<String> LIBRARIES =
            List.of("org.apache.pekko", "org.apache.ratis", "io.netty", "io.grpc");

    private final Configurator files;

    /** For Logback. */
    public QuietLibraries() {
        this(new DefaultJoranConfigurator());
    }

    /** @param files configures from a file if there is one, and then wants no further configurator */
    QuietLibraries(Configurator files) {
        this.files = files;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        files.setContext(context);
        ExecutionStatus status = files.configure(context);
        if (status == ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY) {
            return status;
        }
        context.getLogger("flare").setLevel(Level.INFO);
        LIBRARIES.forEach(library -> context.getLogger(library).setLevel(Level.WARN));
        return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
}
