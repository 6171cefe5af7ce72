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
        if (failures < 1 || successes < 1) {
            throw new IllegalArgumentException("failures and successes of 1 or more are allowed");
        }
    }
}
