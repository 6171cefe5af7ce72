package flare.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;

/**
 * An event's exception behind its message: in words where a library warns of something, since peers and leaders come and go;
 * with its stack where Flare itself or an ERROR brings it, or when someone looks for a fault.
 */
final class ShortTraces extends ThrowableProxyConverter {

    private final boolean always;

    /** @param always with its stack, whoever brings it */
    ShortTraces(boolean always) {
        this.always = always;
    }

    @Override
    public String convert(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown == null) {
            return "";
        }
        if (always || event.getLevel().isGreaterOrEqual(Level.ERROR) || Logging.isOwn(event.getLoggerName())) {
            return System.lineSeparator() + super.convert(event).stripTrailing();
        }
        StringBuilder words = new StringBuilder();
        for (IThrowableProxy cause = thrown; cause != null; cause = cause.getCause()) {
            String message =
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
            String name = cause.getClassName();
            words.append(": ").append(name.substring(name.lastIndexOf('.') + 1));
            if (cause.getMessage() != null) {
                words.append(": ").append(message);
            }
        }
        return words.toString();
    }
}
