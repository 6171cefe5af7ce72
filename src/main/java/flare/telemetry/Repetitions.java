package flare.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets a library say the same thing, but for its numbers, once in a set time: while a peer is away Ratis warns of it several
 * times a second. Flare's own lines all pass.
 */
final class Repetitions extends Filter<ILoggingEvent> {

    /** What lines of one kind have in common is at their beginning. */
    private static final int KIND_LENGTH = 80;

    private static final int MAX_KINDS = 256;

    private final long periodMillis;
    private final Map<String, Long> lastMillis = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_KINDS;
        }
    };

    Repetitions(Duration period) {
        this.periodMillis = period.toMillis();
    }

    @Override
    public synchronized FilterReply decide(ILoggingEvent event) {
        if (Logging.isOwn(event.getLoggerName())) {
            return FilterReply.NEUTRAL;
        }
        String message = event.getFormattedMessage().replaceAll("[0-9]+", "");
        String kind = event.getLevel()
                + event.getLoggerName()
                + message.substring(0, Math.min(KIND_LENGTH, message.length()));
        Long last = lastMillis.get(kind);
        if (last != null && event.getTimeStamp() - last < periodMillis) {
            return FilterReply.DENY;
        }
        lastMillis.put(kind, event.getTimeStamp());
        return FilterReply.NEUTRAL;
    }
}
