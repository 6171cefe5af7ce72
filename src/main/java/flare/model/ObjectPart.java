package flare.model;

import java.util.Optional;

/**
 * One part of an object that was uploaded in parts.
 *
 * @param number as it was uploaded
 * @param offset of its first byte in the object
 */
public record ObjectPart(int number, long offset, long size, Optional<Checksum> checksum) {}
