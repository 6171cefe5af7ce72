package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/**
 * Scrubbing: every copy of every chunk is read and checked again and again.
 *
 * @param enabled whether passes begin by themselves
 * @param period within which every copy is checked once
 * @param floor bytes a second that a pass checks at least
 * @param perNode copies that one node checks at once
 */
public record ScrubSettings(boolean enabled, Duration period, ByteSize floor, int perNode) {

    public ScrubSettings {
        Allowed.positive("period", period);
        Allowed.positive("floor", floor);
        Allowed.atLeast("per-node", perNode, 1);
    }
}
