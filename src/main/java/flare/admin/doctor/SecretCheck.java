package flare.admin.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether others than the owner can read the cluster secret: who has it may read and delete every chunk. */
public final class SecretCheck implements Check {

    private static final String NAME = "cluster secret";

    private final Optional<Path> file;

    /** @param file empty where the settings hold the secret itself */
    public SecretCheck(Optional<Path> file) {
        this.file = file;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return CompletableFuture.completedFuture(List.of(file.map(SecretCheck::found)
                .orElseGet(() -> Finding.ok(
                        NAME,
                        "flare.cluster-secret",
                        "from the settings; a file could be changed" + " without a restart"))));
    }

    private static Finding found(Path path) {
        try {
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            permissions.addAll(Files.getPosixFilePermissions(path));
            Set<PosixFilePermission> others = EnumSet.copyOf(PosixFilePermissions.fromString("---rwxrwx"));
            others.retainAll(permissions);
            String text = PosixFilePermissions.toString(permissions);
            return others.isEmpty()
                    ? Finding.ok(NAME, path.toString(), text)
                    : Finding.warn(
                            NAME,
                            path.toString(),
                            text + ": not only its owner has it",
                            "chmod 600 " + path + "; if others may have read it, change it as docs/operating.md says");
        } catch (UnsupportedOperationException e) {
            return Finding.ok(NAME, path.toString(), "the file system has no such permissions");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
