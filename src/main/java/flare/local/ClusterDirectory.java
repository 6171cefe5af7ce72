package flare.local;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster keeps its plan ({@code cluster.json}), secrets, configuration ({@code conf/}), logs ({@code log/}),
 * process ids ({@code run/}) and each node's data.
 */
final class ClusterDirectory {

    static final String ROOT_ACCESS_KEY = "flare";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int SECRET_BYTES = 20;
    private static final long TAIL_BYTES = 64 * 1024;
    private static final int TAIL_LINES = 20;

    private final Path root;

    ClusterDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
    }

    Path clusterSecret() {
        return root.resolve("cluster-secret");
    }

    Path adminToken() {
        return root.resolve("admin-token");
    }

    Path rootSecret() {
        return root.resolve("root-secret-key");
    }

    Path tls() {
        return root.resolve("tls");
    }

    Path authority() {
        return tls().resolve("ca.crt");
    }

    Path certificate(LocalNode node) {
        return tls().resolve(node.name() + ".crt");
    }

    Path key(LocalNode node) {
        return tls().resolve(node.name() + ".key");
    }

    Path config(LocalNode node) {
        return root.resolve("conf").resolve(node.name() + ".conf");
    }

    Path log(LocalNode node) {
        return root.resolve("log").resolve(node.name() + ".log");
    }

    Path pid(LocalNode node) {
        return root.resolve("run").resolve(node.name() + ".pid");
    }

    /** There since the node was ready for the first time. */
    Path ready(LocalNode node) {
        return root.resolve("run").resolve(node.name() + ".ready");
    }

    /** There since an API node's first start; its log and votes are of no use without. */
    Path identity(LocalNode node) {
        return data(node).resolve("meta").resolve("identity");
    }

    Path data(LocalNode node) {
        return root.resolve(node.name());
    }

    /** Empty where no cluster was begun. */
    Optional<ClusterPlan> plan() {
        Path file = root.resolve("cluster.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), ClusterPlan.class));
        } catch (JacksonException e) {
            throw new LocalClusterException(file + " is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** Writes everything the nodes need; the plan last, so that an interrupted first start is begun anew. */
    void write(ClusterPlan plan) {
        try {
            for (String name : List.of("conf", "log", "run")) {
                Files.createDirectories(root.resolve(name));
            }
            makeSecret(clusterSecret());
            if (plan.network().separatesNodes()) {
                makeSecret(adminToken());
                makeSecret(rootSecret());
            }
            if (plan.tls()) {
                new NodeKeyFiles(this).make(plan.nodes());
            }
            ConfigText texts = new ConfigText(plan, this);
            replacePrivate(root.resolve("conf").resolve(ConfigText.SHARED), texts.shared());
            for (LocalNode node : plan.nodes()) {
                Files.createDirectories(data(node));
                Files.writeString(config(node), texts.own(node));
            }
            replacePrivate(root.resolve("cluster.json"), JSON.writeValueAsString(plan) + "\n");
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    void markReady(LocalNode node) {
        try {
            if (!Files.exists(ready(node))) {
                Files.createFile(ready(node));
            }
        } catch (IOException e) {
            throw unusable(ready(node), e);
        }
    }

    String readSecret(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** The right to change the cluster, given up when closed. */
    record Lock(FileChannel channel) implements AutoCloseable {

        void requireHeld() {
            if (!channel.isOpen()) {
                throw new IllegalStateException("the lock was given up");
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** One command at a time changes the cluster. */
    Lock lock() {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new LocalClusterException("another flare cluster command is at work in " + root);
            }
            return new Lock(channel);
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** The log's last lines from {@code offset} on, for a message. */
    String logTail(LocalNode node, long offset) {
        try (RandomAccessFile file = new RandomAccessFile(log(node).toFile(), "r")) {
            long from = Math.max(offset, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) Math.max(0, file.length() - from)];
            file.seek(Math.min(from, file.length()));
            file.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    long logLength(LocalNode node) {
        return log(node).toFile().length();
    }

    /** Those there are stay: the nodes know them. */
    static void makeSecret(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            replacePrivate(file, HexFormat.of().formatHex(random) + "\n");
        }
    }

    static void replacePrivate(Path file, String content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static LocalClusterException unusable(Path path, IOException e) {
        return new LocalClusterException(
                path + " can't be used: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
}
