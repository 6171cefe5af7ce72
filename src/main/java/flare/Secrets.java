package flare;

import flare.config.NodeSettings;
import flare.config.S3Settings;
import flare.config.Settings;
import flare.http.ClusterSecret;
import flare.s3.RootAccount;
import flare.sigv4.AccessKeyId;
import flare.sigv4.SecretKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;

/** Where a process has the cluster secret from. */
final class Secrets {

    private static final String FILE = "cluster-secret";

    private Secrets() {}

    /**
     * The secret of the settings, or the one this data directory made at its first start. A process that is not the whole
     * cluster makes none: it would talk to nobody.
     */
    static ClusterSecret load(Settings settings) {
        NodeSettings node = settings.node();
        try {
            if (node.clusterSecret().isPresent()) {
                return ClusterSecret.of(node.clusterSecret().get());
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

    /** The file it is in; empty where the settings hold the secret itself. */
    static Optional<Path> file(NodeSettings node) {
        return node.clusterSecret().isPresent()
                ? Optional.empty()
                : Optional.of(node.clusterSecretFile()
                        .orElseGet(() -> node.dataDir().toAbsolutePath().resolve(FILE)));
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

    private static ClusterSecret read(Path file) throws IOException {
        return ClusterSecret.of(Files.readString(file).strip());
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
