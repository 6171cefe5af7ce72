package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/** Sessions of API processes and the reads that hold back reclaim. */
public record SessionSettings(Duration renewEvery, Duration expireAfter, Duration maxReadAge, ByteSize minReadRate) {

    public SessionSettings {
        Allowed.positive("renew-every", renewEvery);
        if (renewEvery.multipliedBy(3).compareTo(expireAfter) > 0) {
            throw new NotAllowedException("expire-after", expireAfter, "at least three times renew-every is");
        }
        Allowed.positive("max-read-age", maxReadAge);
    }
}
