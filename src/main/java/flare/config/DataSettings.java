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
 */
public record DataSettings(
        int port,
        int nodes,
        List<Path> dirs,
        double reserve,
        Duration trashTtl,
        Duration tokenTtl,
        Duration stallTimeout,
        int maxWrites) {

    public DataSettings {
        Ports.check("port", port);
        if (nodes < 1) {
            throw new IllegalArgumentException("nodes = " + nodes + " is not allowed: 1 or more is");
        }
        if (!(reserve >= 0 && reserve < 1)) {
            throw new IllegalArgumentException("reserve = " + reserve + " is not allowed: 0.0 up to below 1.0 is");
        }
    }
}
