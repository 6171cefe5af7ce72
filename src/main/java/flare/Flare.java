package flare;

import flare.cli.FlareCommand;
import flare.config.Settings;
import java.net.URI;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running Flare in this JVM: the same code as the server, for embedding and for tests.
 *
 * <pre>{@code
 * try (Flare flare = Flare.start(Settings.load("flare.data-dir = /var/lib/app/objects, flare.http.port = 0"))) {
 *     URI object = flare.objects().resolve("/object/my-object");
 * }
 * }</pre>
 */
public final class Flare implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Flare.class);

    private final Node node;

    private Flare(Node node) {
        this.node = node;
    }

    /** The command line. */
    public static void main(String[] arguments) {
        System.exit(FlareCommand.create(new ServerCommand()).execute(arguments));
    }

    /**
     * Starts the roles that the settings name and returns once their ports are open; an API node has a leader by then,
     * and {@code /health/ready} tells when enough data nodes answer.
     *
     * <p>Throws {@link StartFailedException} with a sentence saying what is in the way: a port taken, a directory of
     * another node, no leader within the start limit.
     */
    public static Flare start(Settings settings) {
        return new Flare(Node.start(
                settings, failure -> LOG.error("Flare's metadata failed; close it and start it again", failure)));
    }

    /** The object port's address; empty without the API role. */
    public Optional<URI> objectPort() {
        return node.objectPort();
    }

    /** The object port's address of a process with the API role. */
    public URI objects() {
        return objectPort().orElseThrow(() -> new IllegalStateException("this process has no API role"));
    }

    /** The admin port's address. */
    public URI admin() {
        return node.adminPort();
    }

    /** Drains and stops: no new requests, transfers under way end within the shutdown limit, everything is closed. */
    @Override
    public void close() {
        node.close();
    }
}
