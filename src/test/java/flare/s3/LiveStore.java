package flare.s3;

import flare.Flare;
import flare.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;

/** A whole server with a key pair, embedded: what fakes would answer is not what counts. */
final class LiveStore implements AutoCloseable {

    private final Flare flare;

    LiveStore(Path directory) {
        flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.data.nodes = 1, flare.s3 { root-access-key = %s, root-secret-key = "%s" }
                """.formatted(directory, SignedClient.KEY, SignedClient.SECRET_TEXT)));
    }

    SignedClient client() {
        return new SignedClient(port(), Clock.systemUTC());
    }

    int port() {
        return flare.objects().getPort();
    }

    URI admin() {
        return flare.admin();
    }

    @Override
    public void close() {
        flare.close();
    }
}
