package flare;

import flare.config.NodeSettings;
import flare.config.S3Settings;
import flare.config.Settings;
import flare.http.ClusterSecret;
import flare.http.ClusterSecretFile;
import flare.s3.RootAccount;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import flare.telemetry.Metrics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** Where a process has the cluster secret from. */
final class Secrets {

    private static final String FILE = "cluster-secret";

    private Secrets() {}

    /**
     * The secret that a process starts with.
     *
     * @param file that it is in; empty where the settings hold the secret itself
     */
    record Loaded(ClusterSecret secret, Optional<ClusterSecretFile> file) {

        /** Has the secret follow its file from now on. */
        void follow(ActorSystem<?> system, Duration interval, Metrics metrics, Closing closing) {
            file.ifPresent(watched -> {
                Cancellable looks = system.scheduler()
                        .scheduleWithFixedDelay(
                                interval,
                                interval,
                                watched::refresh,
                                system.dispatchers().lookup(DispatcherSelector.blocking()));
                closing.add("cluster secret", looks::cancel);
                metrics.gauge(
                        "flare.cluster.secret.stale",
                        "1 while the file of the cluster secret holds what can't be used",
                        () -> watched.problem().isPresent() ? 1 : 0);
            });
            metrics.gauge(
                    "flare.cluster.secret.accepted",
                    "Cluster secrets that are accepted: more than one while the cluster goes from one to another",
                    () -> secret.fingerprints().size());
        }
    }

    /**
     * The secret of the settings, or the one this data directory made at its first start. A process that is not the whole
     * cluster makes none: it would talk to nobody.
     */
    static Loaded load(Settings settings) {
        NodeSettings node = settings.node();
        try {
            if (node.clusterSecret().isPresent()) {
                return new Loaded(ClusterSecret.of(node.clusterSecret().get()), Optional.empty());
            }
            if (node.clusterSecretFile().isPresent()) {
                return read(node.clusterSecretFile().get());
            }
            Path own = node.dataDir().toAbsolutePath().resolve(FILE);
            if (!Files.exists(own)) {
                if (!isWholeCluster(settings)) {
                    throw new StartFailedException("flare.cluster-secret is not set: every process of a cluster of"
                            + " several needs the same one (FLARE_CLUSTER_SECRET or FLARE_CLUSTER_SECRET_FILE)");
                }
                create(node.dataDir().toAbsolutePath());
            }
            return read(own);
        } catch (IOException e) {
            throw new StartFailedException(
                    "the cluster secret can't be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The key pair that may do everything on the object port; empty: none is set. */
    static Optional<RootAccount> root(S3Settings settings) {
        if (!settings.hasCredentials()) {
            return Optional.empty();
        }
        try {
            String secret = settings.rootSecretKey().isPresent()
                    ? settings.rootSecretKey().get()
                    : Files.readString(settings.rootSecretKeyFile().orElseThrow())
                            .strip();
            AccessKeyId accessKey = new AccessKeyId(settings.rootAccessKey().orElseThrow());
            return Optional.of(new RootAccount(accessKey, SecretKey.of(secret)));
        } catch (IOException e) {
            throw new StartFailedException(
                    "flare.s3.root-secret-key-file can't be read: "
                            + e.getClass().getSimpleName() + ": " + e.getMessage(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new StartFailedException("flare.s3.root-access-key and its secret: " + e.getMessage(), e);
        }
    }

    private static boolean isWholeCluster(Settings settings) {
        NodeSettings node = settings.node();
        return node.isApi()
                && node.isData()
                && node.dataNodes().isEmpty()
                && settings.raft().peers().isEmpty();
    }

    private static Loaded read(Path path) throws IOException {
        ClusterSecretFile file = new ClusterSecretFile(path);
        return new Loaded(file.secret(), Optional.of(file));
    }

    /** Durable before it is used: chunks are refused to whoever comes with another secret. */
    private static void create(Path directory) throws IOException {
        Path temporary = directory.resolve(FILE + ".tmp");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, ClusterSecret.randomText(new SecureRandom()) + "\n", StandardCharsets.US_ASCII);
        sync(temporary, StandardOpenOption.WRITE);
        Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        sync(directory, StandardOpenOption.READ);
    }

    private static void sync(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }
}
