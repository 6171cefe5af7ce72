package flare.model;

import java.util.List;
import java.util.Optional;

/**
 * One part of an object that was uploaded in parts.
 *
 * @param number as it was uploaded
 * @param offset of its first byte in the object
 */
public record ObjectPart(int number, long offset, long size, Optional<Checksum> checksum) {

    /**
     * The part of that number; an object that was put whole is its own first. Throws {@link FlareException} with NO_SUCH_PART.
     *
     * @param known those of the object, or some of them
     */
    public static ObjectPart of(ObjectInfo object, int number, List<ObjectPart> known) {
        if (object.parts() == 0 && number == 1) {
            return new ObjectPart(1, 0, object.size(), object.extras().checksum());
        }
        return known.stream()
                .filter(part -> part.number() == number)
                .findFirst()
                .orElseThrow(() -> new FlareException(
                        Fault.NO_SUCH_PART,
                        object.key() + " has no part " + number + ": it was made of " + Math.max(1, object.parts())));
    }

    /** Its bytes; empty: all of an empty object. Throws {@link FlareException} with RANGE_NOT_SATISFIABLE if it is empty. */
    public Optional<ByteRange> rangeIn(ObjectInfo object) {
        if (object.size() == 0) {
            return Optional.empty();
        } else if (size == 0) {
            throw new FlareException(
                    Fault.RANGE_NOT_SATISFIABLE, "part " + number + " of " + object.key() + " is empty");
        }
        return Optional.of(new ByteRange(offset, size));
    }
}
