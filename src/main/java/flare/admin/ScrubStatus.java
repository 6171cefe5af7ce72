package flare.admin;

import flare.repair.ScrubPass;
import flare.repair.ScrubReport;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code GET /admin/scrub}.
 *
 * @param state running, waiting for the next pass, ordered and not begun, paused, or off
 * @param byHand whether an operator ordered the pass under way
 * @param pass the one under way, or null
 * @param last the last one that ended, or null
 * @param heldCopies that there are to be checked
 * @param bytesPerSecond at which a pass goes now
 * @param next when the next pass begins by itself, or null
 */
public record ScrubStatus(
        String state,
        boolean byHand,
        @Nullable Pass pass,
        @Nullable Pass last,
        long heldCopies,
        long heldBytes,
        long bytesPerSecond,
        @Nullable String next) {

    /**
     * @param ended null while it is under way
     * @param copies that answered
     * @param kept bad copies whose location stays, since no other copy was known to be good
     * @param damaged chunks without a good copy
     * @param unanswered copies whose node did not answer
     */
    public record Pass(
            String started,
            @Nullable String ended,
            long copies,
            long bytes,
            long corrupt,
            long missing,
            long kept,
            long damaged,
            long unanswered) {

        private static Pass of(ScrubPass pass) {
            return new Pass(
                    Instant.ofEpochMilli(pass.startedMillis()).toString(),
                    pass.endedMillis() == 0
                            ? null
                            : Instant.ofEpochMilli(pass.endedMillis()).toString(),
                    pass.copies(),
                    pass.bytes(),
                    pass.corrupt(),
                    pass.missing(),
                    pass.kept(),
                    pass.damaged(),
                    pass.unanswered());
        }
    }

    public static ScrubStatus of(ScrubReport report) {
        return new ScrubStatus(
                report.state().name().toLowerCase(Locale.ROOT),
                report.byHand(),
                report.pass().map(Pass::of).orElse(null),
                report.last().map(Pass::of).orElse(null),
                report.heldCopies(),
                report.heldBytes(),
                report.bytesPerSecond(),
                report.next().map(Instant::toString).orElse(null));
    }
}
