package flare.repair;

import flare.metadata.WorkerCursor;
import java.util.Map;

/**
 * What one walk over all chunks found so far, or found.
 *
 * @param startedMillis 0 before the first pass ever
 * @param endedMillis 0 while it is under way
 * @param copies that answered, whatever they answered
 * @param bytes of these
 * @param corrupt copies that were not what the record says
 * @param missing copies that were not there
 * @param kept of the corrupt and missing ones, those whose location stays, since no other copy was known to be good
 * @param damaged chunks of which every copy is corrupt or missing
 * @param unanswered copies whose node did not answer
 */
public record ScrubPass(
        long startedMillis,
        long endedMillis,
        long copies,
        long bytes,
        long corrupt,
        long missing,
        long kept,
        long damaged,
        long unanswered) {

    static final ScrubPass NONE = begun(0);

    static ScrubPass begun(long nowMillis) {
        return new ScrubPass(nowMillis, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    ScrubPass ended(long nowMillis) {
        return new ScrubPass(startedMillis, nowMillis, copies, bytes, corrupt, missing, kept, damaged, unanswered);
    }

    /** With what a few chunks more added; {@code found} has no times. */
    ScrubPass plus(ScrubPass found) {
        return new ScrubPass(
                startedMillis,
                endedMillis,
                copies + found.copies,
                bytes + found.bytes,
                corrupt + found.corrupt,
                missing + found.missing,
                kept + found.kept,
                damaged + found.damaged,
                unanswered + found.unanswered);
    }

    /** Whether some copies were not judged: then the next pass should not be far. */
    boolean isIncomplete() {
        return unanswered > 0 || kept > 0;
    }

    void putInto(Map<String, Long> numbers, String prefix) {
        numbers.put(prefix + "started", startedMillis);
        numbers.put(prefix + "ended", endedMillis);
        numbers.put(prefix + "copies", copies);
        numbers.put(prefix + "bytes", bytes);
        numbers.put(prefix + "corrupt", corrupt);
        numbers.put(prefix + "missing", missing);
        numbers.put(prefix + "kept", kept);
        numbers.put(prefix + "damaged", damaged);
        numbers.put(prefix + "unanswered", unanswered);
    }

    static ScrubPass of(WorkerCursor cursor, String prefix) {
        return new ScrubPass(
                cursor.number(prefix + "started"),
                cursor.number(prefix + "ended"),
                cursor.number(prefix + "copies"),
                cursor.number(prefix + "bytes"),
                cursor.number(prefix + "corrupt"),
                cursor.number(prefix + "missing"),
                cursor.number(prefix + "kept"),
                cursor.number(prefix + "damaged"),
                cursor.number(prefix + "unanswered"));
    }
}
