package flare.admin.doctor;

import flare.http.ClusterSecret;
import flare.http.ClusterSecretFile;
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

    private final ClusterSecret secret;
    private final Optional<ClusterSecretFile> file;

    /** @param file empty where the settings hold the secret itself */
    public SecretCheck(ClusterSecret secret, Optional<ClusterSecretFile> file) {
        this.secret = secret;
        this.file = file;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return CompletableFuture.completedFuture(List.of(file.map(this::found)
                .orElseGet(() -> Finding.ok(
                        NAME,
                        "flare.cluster-secret",
                        used() + "; from the settings, so that another one needs a restart"))));
    }

    /** By what shows that two processes have the same, and not what it is. */
    private String used() {
        List<String> fingerprints = secret.fingerprints();
        return fingerprints.get(0) + " signs"
                + (fingerprints.size() == 1
                        ? ""
                        : ", also accepted: " + String.join(", ", fingerprints.subList(1, fingerprints.size())));
    }

    private Finding found(ClusterSecretFile watched) {
        Path path = watched.file();
        if (watched.problem().isPresent()) {
            return Finding.warn(
                    NAME,
                    path.toString(),
                    used() + "; the file holds what can't be used: "
                            + watched.problem().get(),
                    "mend the file: at the next start this process would not come up");
        }
        try {
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            permissions.addAll(Files.getPosixFilePermissions(path));
            Set<PosixFilePermission> others = EnumSet.copyOf(PosixFilePermissions.fromString("---rwxrwx"));
            others.retainAll(permissions);
            String text = used() + "; " + PosixFilePermissions.toString(permissions);
            return others.isEmpty()
                    ? Finding.ok(NAME, path.toString(), text)
                    : Finding.warn(
                            NAME,
                            path.toString(),
                            text + ": not only its owner has it",
                            "chmod 600 " + path
                                    + "; if others may have read it, go to another one (docs/operating.md, Another"
                                    + " cluster secret)");
        } catch (UnsupportedOperationException e) {
            return Finding.ok(NAME, path.toString(), used() + "; the file system has no permissions");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
