package flare.metadata;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one peer's metadata, held by one process: who it belongs to ({@code identity}), Ratis' own directory
 * ({@code raft}) and the live state ({@code state}). The identity is written once the Raft directory is formatted and
 * before the peer votes; from then on an empty Raft directory means lost votes and lost log, and opening is refused.
 */
final class MetaDirectory implements AutoCloseable {

    /** The peer and group a directory belongs to for good. */
    record Identity(String peer, UUID group) {}

    private static final Logger log = LoggerFactory.getLogger(MetaDirectory.class);
    /** A founder's own name is not allowed for one that joins, and founders may all be gone. */
    static final String JOINING =
            "with flare.raft.join = true, a new flare.raft.peer, and flare.raft.peers that are there";

    private static final String FORMAT = "flare-meta 1";
    private static final long CHATTR_LIMIT_SECONDS = 5;

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;
    private boolean renamesDurable;

    private MetaDirectory(Path root, FileChannel lockFile, FileLock lock) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Creates what is missing. Throws {@link IOException} with a sentence if another process uses it. */
    static MetaDirectory open(Path root) throws IOException {
        Path absolute = root.toAbsolutePath().normalize();
        Files.createDirectories(absolute.resolve("raft"));
        Files.createDirectories(absolute.resolve("state"));
        FileChannel lockFile =
                FileChannel.open(absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                throw new IOException("the metadata directory " + absolute
                        + " is in use by another process: two of them would destroy it");
            }
            MetaDirectory directory = new MetaDirectory(absolute, lockFile, lock);
            // Left behind where a process died in a check: links that hold on to tables.
            DurableFiles.deleteTree(directory.scratch());
            DurableFiles.deleteTree(directory.exported());
            directory.makeRenamesDurable();
            return directory;
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /** For a checkpoint that is looked at and deleted. */
    Path scratch() {
        return root.resolve("fsck");
    }

    /** For a checkpoint that is sent to an operator, and deleted. */
    Path exported() {
        return root.resolve("export");
    }

    /** For what an import makes before it counts. */
    Path importing() {
        return root.resolve("import");
    }

    private void refuseHalfImport() throws IOException {
        if (Files.exists(importing())) {
            throw new IOException("the metadata directory " + root + " holds an import that did not end: remove the"
                    + " directory, and run 'flare metadata import' again");
        }
    }

    /** Whether it belongs to no peer yet. */
    boolean unidentified() {
        return !Files.exists(identityFile());
    }

    /** Of an import that failed. */
    void forgetGroups() throws IOException {
        try (Stream<Path> groups = Files.list(raft())) {
            for (Path group : groups.toList()) {
                DurableFiles.deleteTree(group);
            }
        }
    }

    /** Throws {@link IOException} with a sentence if anything was ever kept here. */
    void requireUnused() throws IOException {
        refuseHalfImport();
        try (Stream<Path> groups = Files.list(raft());
                Stream<Path> states = Files.list(state())) {
            boolean used = Files.exists(identityFile())
                    || Files.exists(foundingFile())
                    || joining()
                    || groups.findAny().isPresent()
                    || states.findAny().isPresent();
            if (used) {
                throw new IOException("the metadata directory " + root + " is not empty: metadata is imported into an"
                        + " empty one only. Move it away if what it has may go");
            }
        }
    }

    /** Whether its directories could be made to keep renames through a power loss. */
    boolean renamesDurable() {
        return renamesDurable;
    }

    Path root() {
        return root;
    }

    Path raft() {
        return root.resolve("raft");
    }

    Path state() {
        return root.resolve("state");
    }

    /**
     * Who the directory belongs to; empty until it was used. Throws {@link IOException} with a sentence where it is not this
     * process's to use, or has lost what it voted on.
     *
     * @param name the peer's id in the settings; one that joined has it with a random end
     */
    Optional<Identity> identity(String name) throws IOException {
        refuseHalfImport();
        Optional<Identity> found = readIdentity();
        if (found.isPresent()) {
            check(found.get(), name);
            // Whoever empties the directory but for the mark must not pass for one that never voted.
            unmarkFounding();
            TornTail.clear(current(found.get()));
        }
        return found;
    }

    /** Whether the group has not yet been seen to have this peer. */
    boolean joining() {
        return Files.exists(joiningFile());
    }

    void setJoining(boolean joining) throws IOException {
        if (joining) {
            DurableFiles.replace(joiningFile(), new byte[0]);
        } else {
            Files.deleteIfExists(joiningFile());
        }
    }

    private Path joiningFile() {
        return root.resolve("joining");
    }

    /** Whether this founder was marked when none had the group yet. */
    boolean founding(Identity identity) throws IOException {
        return Files.exists(foundingFile()) && Files.readString(foundingFile()).equals(render(identity));
    }

    void markFounding(Identity identity) throws IOException {
        DurableFiles.replace(foundingFile(), render(identity).getBytes(StandardCharsets.UTF_8));
    }

    private void unmarkFounding() throws IOException {
        if (Files.deleteIfExists(foundingFile())) {
            DurableFiles.sync(root);
        }
    }

    private Path foundingFile() {
        return root.resolve("founding");
    }

    /** Does nothing when it is there already. */
    void initialised(Identity identity) throws IOException {
        if (!Files.exists(identityFile())) {
            DurableFiles.sync(raft());
            DurableFiles.sync(root);
            DurableFiles.replace(identityFile(), render(identity).getBytes(StandardCharsets.UTF_8));
        }
        unmarkFounding();
    }

    /** How a process whose peer was removed takes part again. */
    static String joinAnew() {
        return "Start it " + JOINING + ": it follows under a new id, and 'flare raft add NEW' has that vote";
    }

    /** How a process whose metadata is lost takes part again, and the peer that it was, no more. */
    static String comeBack(String peer) {
        return "Start it " + JOINING + ": it follows under a new id, and 'flare raft add NEW --replace " + peer
                + "' has that vote in the place of " + peer;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockFile.close();
    }

    private void check(Identity identity, String name) throws IOException {
        if (!identity.peer().equals(name) && !identity.peer().matches(Pattern.quote(name) + "-[0-9a-f]{8}")) {
            throw new IOException("the metadata directory " + root + " belongs to peer " + identity.peer()
                    + ", but this process is peer " + name);
        }
        if (!Files.exists(current(identity).resolve("raft-meta"))) {
            throw new IOException("peer " + identity.peer() + " was initialised, but its Raft directory " + raft()
                    + " is empty: its votes and its log are lost, and starting it could lose committed data. Empty "
                    + root + ". " + comeBack(identity.peer()));
        }
    }

    /** How many vote, as far as Ratis' files say; empty where they don't, as before the first start. */
    OptionalInt recordedVoters(Identity identity) throws IOException {
        return LogFiles.recordedVoters(current(identity));
    }

    /** Where Ratis keeps the group's log and vote. */
    private Path current(Identity identity) {
        return raft().resolve(identity.group().toString()).resolve("current");
    }

    private Optional<Identity> readIdentity() throws IOException {
        if (!Files.exists(identityFile())) {
            return Optional.empty();
        }
        String text = Files.readString(identityFile());
        String[] lines = text.split("\n", -1);
        if (lines.length >= 3 && lines[1].startsWith("peer ") && lines[2].startsWith("group ")) {
            try {
                Identity identity = new Identity(lines[1].substring(5), UUID.fromString(lines[2].substring(6)));
                if (render(identity).equals(text)) {
                    return Optional.of(identity);
                }
            } catch (IllegalArgumentException e) {
                throw new IOException(identityFile() + " is damaged", e);
            }
        }
        throw new IOException(identityFile() + " is damaged, or of a newer version");
    }

    private static String render(Identity identity) {
        String body = FORMAT + "\npeer " + identity.peer() + "\ngroup " + identity.group() + "\n";
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return body + "crc32c " + Long.toHexString(crc.getValue()) + "\n";
    }

    private Path identityFile() {
        return root.resolve("identity");
    }

    /**
     * Ratis 3.3.0 renames its vote file without syncing the directory: after a power loss a peer could vote twice in a
     * term. The D attribute makes every change of names in the directory, and in those made below it, synchronous.
     */
    private void makeRenamesDurable() throws IOException {
        boolean durable = setDirectorySync(raft());
        try (Stream<Path> groups = Files.list(raft())) {
            for (Path group : groups.filter(Files::isDirectory).toList()) {
                durable &= setDirectorySync(group) && setDirectorySync(group.resolve("current"));
            }
        }
        renamesDurable = durable;
        if (!durable) {
            log.warn(
                    "{} can't have the D attribute (chattr +D): after a power loss this peer may forget a vote, and two"
                            + " leaders be elected in one term. Use ext4, or mount with dirsync or wsync.",
                    raft());
        }
    }

    private static boolean setDirectorySync(Path directory) {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try {
            Process chattr = new ProcessBuilder("chattr", "+D", directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!chattr.waitFor(CHATTR_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                chattr.destroyForcibly();
                return false;
            }
            return chattr.exitValue() == 0;
        } catch (IOException e) {
            log.debug("no chattr", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            log.debug("held by this process", e);
            return null;
        }
    }
}
