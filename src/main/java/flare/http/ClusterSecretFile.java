package flare.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster secret, kept up to date with its file. A file that changed and can't be used changes nothing but the log and
 * {@link #problem}.
 */
public final class ClusterSecretFile {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterSecretFile.class);

    private final Path file;
    private final ClusterSecret secret;
    private volatile @Nullable String problem;
    private FileStamp loaded;
    private FileStamp seen;

    /** Throws {@link IllegalArgumentException} for a secret that is not allowed. */
    public ClusterSecretFile(Path file) throws IOException {
        this.file = file;
        this.loaded = FileStamp.of(file);
        this.seen = loaded;
        this.secret = ClusterSecret.of(Files.readString(file));
    }

    public Path file() {
        return file;
    }

    public ClusterSecret secret() {
        return secret;
    }

    /** Why what the file holds now is not used. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /**
     * Looks at the file and takes what it holds if it changed: to be called from time to time. It is taken once it stays the
     * same from one look to the next: it may be half written.
     */
    public synchronized void refresh() {
        FileStamp now = FileStamp.of(file);
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(loaded)) {
            loaded = now;
            reload();
        }
    }

    private void reload() {
        try {
            secret.replace(Files.readString(file));
            problem = null;
            LOG.info(
                    "The cluster secret of {} is in use: {} signs, of {} that are accepted",
                    file,
                    secret.fingerprints().get(0),
                    secret.fingerprints().size());
        } catch (IllegalArgumentException e) {
            keep(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            keep("it can't be read: " + e);
        }
    }

    private void keep(String why) {
        problem = why;
        LOG.error("The cluster secret stays as it was; what {} holds can't be used: {}", file, why);
    }
}
