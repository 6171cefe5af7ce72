package flare.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A certificate or key can't be served; the message names the file and what is wrong with it. */
public final class CertificateRefusedException extends RuntimeException {

    CertificateRefusedException(Path file, String reason, @Nullable Throwable cause) {
        super(file + ": " + reason, cause);
    }
}
