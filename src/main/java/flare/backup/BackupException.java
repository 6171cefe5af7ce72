package flare.backup;

import java.io.IOException;

/** The bytes are no whole backup that this version reads; the message is a sentence that says why. */
public final class BackupException extends IOException {

    BackupException(String message) {
        super(message);
    }
}
