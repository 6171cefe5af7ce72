package flare.config;

import java.time.Duration;

/**
 * How data nodes are probed.
 *
 * @param failures probes in a row that make a node unhealthy
 * @param successes probes in a row that make it healthy again
 */
public record HealthSettings(Duration interval, Duration timeout, int failures, int successes) {

    public HealthSettings {
        Allowed.positive("interval", interval);
        Allowed.positive("timeout", timeout);
        Allowed.atLeast("failures", failures, 1);
        Allowed.atLeast("successes", successes, 1);
    }
}
