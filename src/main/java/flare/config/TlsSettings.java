package flare.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** HTTPS on the object port: on if there is a certificate. */
public record TlsSettings(Optional<Path> certificate, Optional<Path> key, Duration reloadInterval) {

    public TlsSettings {
        if (certificate.isPresent() && key.isEmpty()) {
            throw new NotAllowedException("key", "null", "with a certificate the file of its key is needed");
        }
        if (key.isPresent() && certificate.isEmpty()) {
            throw new NotAllowedException("certificate", "null", "with a key the file of its certificate is needed");
        }
        Allowed.positive("reload-interval", reloadInterval);
    }

    public boolean isOn() {
        return certificate.isPresent();
    }
}
