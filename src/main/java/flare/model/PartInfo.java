package flare.model;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One part of an upload that is open.
 *
 * @param version internal, unique: of two uploads of one part each has its own
 * @param etag without quotes
 */
public record PartInfo(
        int number, long version, long size, String etag, Instant lastModified, Optional<Checksum> checksum) {

    public static final int MAX_NUMBER = 10_000;

    public PartInfo {
        Objects.requireNonNull(lastModified);
        Objects.requireNonNull(checksum);
    }
}
