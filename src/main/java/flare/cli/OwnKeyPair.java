package flare.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A key pair that comes from elsewhere, so that clients need not change. */
final class OwnKeyPair {

    private static final int MAX_BYTES = 4096;
    private static final String STDIN = "-";

    @Option(
            names = "--access-key",
            paramLabel = "KEY",
            description = "An access key of your own, with its secret; without it a key pair is made.")
    private @Nullable String accessKey;

    @Option(
            names = "--secret-key-file",
            paramLabel = "FILE",
            description = "File that holds its secret key, - for standard input.")
    private @Nullable String secretFile;

    @Option(
            names = "--secret-key",
            paramLabel = "SECRET",
            description = "Its secret key itself, which other users of this machine see in the process list.")
    private @Nullable String secret;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Nullable
    String accessKey() {
        return accessKey;
    }

    @Nullable
    String secretKey() {
        if (secret != null && secretFile != null) {
            throw wrong("--secret-key and --secret-key-file say the same: only one of them is allowed");
        }
        boolean given = secret != null || secretFile != null;
        if (given != (accessKey != null)) {
            throw wrong(
                    given
                            ? "--access-key is missing: a secret key alone is no key pair"
                            : "--access-key " + accessKey + " needs its secret: --secret-key-file FILE, - for standard"
                                    + " input");
        }
        return secretFile == null ? secret : read(secretFile);
    }

    private String read(String file) {
        try {
            byte[] bytes = file.equals(STDIN) ? System.in.readNBytes(MAX_BYTES + 1) : Files.readAllBytes(Path.of(file));
            if (bytes.length > MAX_BYTES) {
                throw wrong("--secret-key-file " + file + " holds more than " + MAX_BYTES + " bytes: no secret key");
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw wrong("--secret-key-file " + file + " can't be read: "
                    + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(command.commandLine(), sentence);
    }
}
