package flare.config;

import java.util.Optional;

/** The admin port. Beyond loopback, /metrics and the admin API ask for the bearer token. */
public record AdminSettings(int port, @Secret Optional<String> token) {

    public AdminSettings {
        Allowed.port("port", port);
    }

    @Override
    public String toString() {
        return "AdminSettings[port=" + port + "]";
    }
}
