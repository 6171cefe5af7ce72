package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/** The object port. */
public record HttpSettings(
        int port,
        int maxConnections,
        int maxListPage,
        ByteSize minRate,
        Duration stallTimeout,
        Duration idleTimeout,
        boolean accessLog) {

    public HttpSettings {
        Ports.check("port", port);
        if (maxConnections < 1 || maxListPage < 1) {
            throw new IllegalArgumentException("max-connections and max-list-page of 1 or more are allowed");
        }
    }
}
