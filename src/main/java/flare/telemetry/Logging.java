package flare.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.jul.LevelChangePropagator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import flare.config.LogSettings;
import java.net.BindException;
import java.time.Duration;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * How a server process logs: to standard error, so that standard output is what a person asked for. Only the process's
 * own {@code main} configures; a JVM that embeds Flare keeps its logging untouched.
 */
public final class Logging {

    /** One event, one line, whatever a message holds; the request's id stands in those written while handling one. */
    private static final String TEXT_PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %X{" + RequestIds.MDC_KEY
            + ":--} %logger{0}: %replace(%msg){'[\\r\\n]+\\s*', ' '}%thrown%n%nopex";

    private static final Duration REPEAT_AFTER = Duration.ofMinutes(1);

    private Logging() {}

    static boolean isOwn(String logger) {
        return logger.equals("flare") || logger.startsWith("flare.");
    }

    /** Takes over the JVM's logging, if it goes through Logback. */
    public static void configure(LogSettings settings) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            configure(context, settings, "System.err");
        }
    }

    static void configure(LoggerContext context, LogSettings settings, String target) {
        context.reset();
        bridgeJavaUtilLogging(context);
        Level level = Level.valueOf(settings.level().name());
        // Libraries speak at our own level only when someone looks for a fault.
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level.levelInt == Level.INFO_INT ? Level.WARN : level);
        context.getLogger("flare").setLevel(level);
        ConsoleAppender<ILoggingEvent> log = appender(context, "log", encoder(context, settings), target);
        if (settings.level() != LogSettings.Level.DEBUG) {
            log.addFilter(new Repetitions(REPEAT_AFTER));
        }
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(log);

        Logger access = context.getLogger(AccessLog.LOGGER);
        access.setLevel(Level.INFO);
        access.setAdditive(false);
        // Its lines are whole already.
        access.addAppender(appender(context, "access", pattern(context, "%msg%n", false), target));
    }

    /** Ratis' gRPC speaks through it. Its loggers get Logback's levels, so that nothing is made to be thrown away. */
    private static void bridgeJavaUtilLogging(LoggerContext context) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        LevelChangePropagator levels = new LevelChangePropagator();
        levels.setContext(context);
        levels.setResetJUL(true);
        levels.start();
        context.addListener(levels);
    }

    private static ConsoleAppender<ILoggingEvent> appender(
            LoggerContext context, String name, Encoder<ILoggingEvent> encoder, String target) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName(name);
        appender.setTarget(target);
        appender.setEncoder(encoder);
        appender.addFilter(new PortsInUse());
        appender.start();
        return appender;
    }

    /** A port that can't be bound is told, in a sentence, by whoever wanted it: Pekko's stack trace adds nothing. */
    private static final class PortsInUse extends Filter<ILoggingEvent> {

        @Override
        public FilterReply decide(ILoggingEvent event) {
            IThrowableProxy thrown = event.getThrowableProxy();
            return thrown != null && thrown.getClassName().equals(BindException.class.getName())
                    ? FilterReply.DENY
                    : FilterReply.NEUTRAL;
        }
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogSettings settings) {
        return settings.format() == LogSettings.Format.JSON
                ? json(context)
                : pattern(context, TEXT_PATTERN, settings.level() == LogSettings.Level.DEBUG);
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> pattern(LoggerContext context, String pattern, boolean allTraces) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.getInstanceConverterMap().put("thrown", () -> new ShortTraces(allTraces));
        layout.setPattern(pattern);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }
}
