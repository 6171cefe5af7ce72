package flare.config;

import flare.model.AddressBlock;
import flare.model.ByteSize;
import java.time.Duration;
import java.util.List;

/** The object port. */
public record HttpSettings(
        int port,
        int maxConnections,
        int maxListPage,
        int maxDeletes,
        ByteSize maxDocument,
        ByteSize minRate,
        Duration stallTimeout,
        Duration idleTimeout,
        Duration longAnswerAfter,
        List<AddressBlock> trustedProxies,
        ProxyHeader proxyHeader,
        TlsSettings tls,
        boolean accessLog) {

    /** In which header proxies tell of their clients. */
    public enum ProxyHeader {
        X_FORWARDED_FOR,
        FORWARDED
    }

    public HttpSettings {
        Allowed.port("port", port);
        Allowed.atLeast("max-connections", maxConnections, 1);
        Allowed.atLeast("max-list-page", maxListPage, 1);
        Allowed.atLeast("max-deletes", maxDeletes, 1);
        Allowed.positive("stall-timeout", stallTimeout);
        Allowed.positive("idle-timeout", idleTimeout);
        Allowed.positive("long-answer-after", longAnswerAfter);
        if (longAnswerAfter.compareTo(idleTimeout) >= 0) {
            throw new NotAllowedException(
                    "long-answer-after", longAnswerAfter, "less than idle-timeout = " + idleTimeout + " is");
        }
        trustedProxies = List.copyOf(trustedProxies);
    }
}
