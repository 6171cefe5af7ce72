package flare.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Data nodes in this process.
 *
 * @param port of the first node; the next ones follow; 0: any free ports
 * @param nodes how many, each in {@code {data-dir}/data-{n}}, unless {@code dirs} names their directories
 * @param reserve share of each disk that is kept free
 * @param maxConnections accepted by one node's port, from all processes
 * @param maxCalls under way from this process to one node, each on its own connection
 * @param readErrorLimit files that can't be read within {@code readErrorWindow} before the disk counts as failed
 */
public record DataSettings(
        int port,
        int nodes,
        List<Path> dirs,
        double reserve,
        Duration trashTtl,
        Duration tokenTtl,
        Duration stallTimeout,
        int maxWrites,
        int ioThreads,
        int maxConnections,
        int maxCalls,
        int readErrorLimit,
        Duration readErrorWindow) {

    public DataSettings {
        Allowed.port("port", port);
        Allowed.atLeast("nodes", nodes, 1);
        Allowed.share("reserve", reserve);
        Allowed.positive("token-ttl", tokenTtl);
        Allowed.positive("stall-timeout", stallTimeout);
        Allowed.atLeast("max-writes", maxWrites, 1);
        Allowed.atLeast("io-threads", ioThreads, 1);
        Allowed.atLeast("max-connections", maxConnections, 1);
        Allowed.atLeast("max-calls", maxCalls, 1);
        Allowed.atLeast("read-error-limit", readErrorLimit, 1);
        Allowed.positive("read-error-window", readErrorWindow);
    }
}
