package flare.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * TLS with certificates on both sides between the processes of a cluster: on the data ports and the Raft port.
 *
 * @param ca of those who issue the nodes' certificates
 * @param certificate this process's, for both sides of a connection
 */
public record NodeTlsSettings(
        Optional<Path> ca, Optional<Path> certificate, Optional<Path> key, Duration reloadInterval) {

    public NodeTlsSettings {
        if (ca.isPresent() || certificate.isPresent() || key.isPresent()) {
            needed("ca", ca, "the file of the authority's certificate");
            needed("certificate", certificate, "the file of this process's certificate");
            needed("key", key, "the file of the certificate's key");
        }
        Allowed.positive("reload-interval", reloadInterval);
    }

    private static void needed(String name, Optional<Path> file, String what) {
        if (file.isEmpty()) {
            throw new NotAllowedException(
                    name, "null", "with one of ca, certificate and key all are needed, here " + what);
        }
    }

    public boolean isOn() {
        return ca.isPresent();
    }

    /** Of the data ports. */
    public String scheme() {
        return isOn() ? "https" : "http";
    }
}
