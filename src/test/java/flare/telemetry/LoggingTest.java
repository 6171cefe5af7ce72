package flare.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.config.LogSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LoggingTest {

    @Test
    void putsTheRequestIdIntoEveryLineOfText() {
        List<String> lines = logged(LogSettings.Format.TEXT, LogSettings.Level.INFO, context -> {
            MDC.put(RequestIds.MDC_KEY, "00AA11BB22CC33DD");
            context.getLogger("flare.object.WritePath").info("stored {}", 7);
            MDC.clear();
            context.getLogger("flare.object.WritePath").info("idle");
        });

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).endsWith(" INFO  00AA11BB22CC33DD WritePath: stored 7");
        assertThat(lines.get(1)).endsWith(" INFO  - WritePath: idle");
    }

    @Test
    void writesJsonLinesWithTheFormattedMessageAndTheRequestId() throws Exception {
        List<String> lines = logged(LogSettings.Format.JSON, LogSettings.Level.INFO, context -> {
            MDC.put(RequestIds.MDC_KEY, "00AA11BB22CC33DD");
            context.getLogger("flare.object.WritePath").warn("failed {}", "x", new IllegalStateException("why"));
            MDC.clear();
        });

        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(lines).hasSize(1);
        assertThat(line.path("formattedMessage").asText()).isEqualTo("failed x");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("mdc").path("request").asText()).isEqualTo("00AA11BB22CC33DD");
        assertThat(line.path("throwable").path("message").asText()).isEqualTo("why");
    }

    @Test
    void keepsLibrariesQuietUntilSomeoneLooksForAFault() {
        Consumer<LoggerContext> talk = context -> {
            context.getLogger("org.apache.ratis.server").info("chatter");
            context.getLogger("flare.data.Disk").debug("detail");
        };

        assertThat(logged(LogSettings.Format.TEXT, LogSettings.Level.INFO, talk))
                .isEmpty();
        assertThat(logged(LogSettings.Format.TEXT, LogSettings.Level.DEBUG, talk))
                .hasSize(2);
    }

    @Test
    void tellsALibrarysWarningInOneLineAndItsErrorsAndOurFailuresWithTheirStack() {
        Throwable failure = new IllegalStateException("stepped down", new java.io.IOException("refused\nat length"));
        Consumer<LoggerContext> talk = context -> {
            context.getLogger("org.apache.ratis.server").warn("leader lost", failure);
            context.getLogger("org.apache.ratis.server").error("leader lost", failure);
            context.getLogger("flare.data.Disk").warn("leader lost", failure);
        };

        List<String> lines = logged(LogSettings.Format.TEXT, LogSettings.Level.INFO, talk);

        assertThat(lines.get(0))
                .endsWith("server: leader lost: IllegalStateException: stepped down: IOException: refused");
        assertThat(lines.get(1)).endsWith("server: leader lost");
        assertThat(lines.get(2)).isEqualTo("java.lang.IllegalStateException: stepped down");
        assertThat(lines).filteredOn(line -> line.startsWith("\tat ")).hasSizeGreaterThan(4);
        assertThat(lines).filteredOn(line -> line.endsWith("leader lost")).hasSize(2);
        assertThat(lines).noneMatch(String::isBlank);
        assertThat(logged(LogSettings.Format.TEXT, LogSettings.Level.DEBUG, talk))
                .filteredOn(line -> line.endsWith("leader lost"))
                .hasSize(3);
    }

    @Test
    void letsALibraryRepeatItselfOnceAMinuteAndUsAlways() {
        Consumer<LoggerContext> talk = context -> {
            for (int i = 0; i < 20; i++) {
                context.getLogger("org.apache.ratis.server").warn("a->b: Follower failed (errorCount={})", i);
                context.getLogger("flare.data.Disk").warn("copy {} is bad", i);
            }
            context.getLogger("org.apache.ratis.server").warn("a->c: Follower failed (errorCount=1)");
        };

        assertThat(logged(LogSettings.Format.TEXT, LogSettings.Level.INFO, talk))
                .hasSize(22);
        assertThat(logged(LogSettings.Format.TEXT, LogSettings.Level.DEBUG, talk))
                .hasSize(41);
    }

    @Test
    void writesOneLineWhateverAMessageHolds() {
        List<String> lines = logged(
                LogSettings.Format.TEXT,
                LogSettings.Level.INFO,
                context -> context.getLogger("flare.s3.ObjectPort")
                        .warn("no object with key {}", "a\r\n2026-01-01T00:00:00Z ERROR forged"));

        assertThat(lines).singleElement().asString().endsWith("no object with key a 2026-01-01T00:00:00Z ERROR forged");
    }

    @Test
    void givesJavaUtilLoggersTheirLevels() {
        logged(LogSettings.Format.TEXT, LogSettings.Level.INFO, context -> {});
        assertThat(org.slf4j.bridge.SLF4JBridgeHandler.isInstalled()).isTrue();
        assertThat(java.util.logging.Logger.getLogger("io.grpc").isLoggable(java.util.logging.Level.INFO))
                .isFalse();
    }

    @Test
    void quietensLibrariesOnlyWhereNothingIsConfigured() {
        LoggerContext bare = new LoggerContext();
        Files none = new Files(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
        assertThat(new QuietLibraries(none).configure(bare)).isEqualTo(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
        assertThat(bare.getLogger("org.apache.ratis.server").isInfoEnabled()).isFalse();
        assertThat(bare.getLogger("flare.data.Disk").isDebugEnabled()).isFalse();
        assertThat(bare.getLogger("com.example.App").isDebugEnabled()).isTrue();

        LoggerContext configured = new LoggerContext();
        Files found = new Files(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        assertThat(new QuietLibraries(found).configure(configured))
                .isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        assertThat(configured.getLogger("flare.data.Disk").isDebugEnabled()).isTrue();
        assertThat(ServiceLoader.load(Configurator.class)).hasAtLeastOneElementOfType(QuietLibraries.class);
    }

    private static final class Files extends ContextAwareBase implements Configurator {
        private final ExecutionStatus status;

        Files(ExecutionStatus status) {
            this.status = status;
        }

        @Override
        public ExecutionStatus configure(LoggerContext context) {
            return status;
        }
    }

    @Test
    void writesTheAccessLogAsItIsAlsoWhenTheLevelIsHigher() {
        LoggerContext context = new LoggerContext();
        List<String> lines = logged(context, LogSettings.Format.TEXT, LogSettings.Level.ERROR, ignored -> {
            FinishedRequest request = new FinishedRequest(
                    "0", Instant.EPOCH, "127.0.0.1", "GET", "/", "ListBuckets", 200, 0, 0, Duration.ZERO);
            new AccessLog(LogSettings.Format.TEXT, context.getLogger(AccessLog.LOGGER)::info).accept(request);
        });

        assertThat(lines).containsExactly("1970-01-01T00:00:00Z 127.0.0.1 0 ListBuckets \"GET /\" 200 in=0 out=0 ms=0");
    }

    private static List<String> logged(
            LogSettings.Format format, LogSettings.Level level, Consumer<LoggerContext> talk) {
        return logged(new LoggerContext(), format, level, talk);
    }

    /** A logging context of its own: the test JVM's is left alone, as an embedding one's would be. */
    private static List<String> logged(
            LoggerContext context, LogSettings.Format format, LogSettings.Level level, Consumer<LoggerContext> talk) {
        PrintStream before = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            context.setMDCAdapter(MDC.getMDCAdapter());
            Logging.configure(context, new LogSettings(format, level), "System.err");
            talk.accept(context);
            context.stop();
        } finally {
            System.setErr(before);
        }
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
