package flare.s3;

import flare.config.HttpSettings;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.Server;
import org.apache.pekko.http.javadsl.settings.ParserSettings;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/** What the object port needs of Pekko HTTP, where its defaults would refuse or alter what S3 allows. */
public final class ObjectPortSettings {

    /** The header in which Pekko passes the target as sent. */
    static final String RAW_TARGET = "raw-request-uri";

    /** A key of 1,024 bytes is 3,072 characters encoded; a listing has three such parameters. */
    private static final int MAX_TARGET_LENGTH = 8 * 1024;

    private ObjectPortSettings() {}

    public static ServerSettings of(ServerSettings base, HttpSettings http) {
        // modeled-header-parsing off: header values reach us as sent, and a malformed one is ours to judge.
        // uri-parsing-mode relaxed: the parsed URI is not used, only the raw target is.
        ParserSettings parsing = base.getParserSettings()
                .withMaxUriLength(MAX_TARGET_LENGTH)
                .withMaxContentLength(Long.MAX_VALUE)
                .withModeledHeaderParsing(false)
                .withIllegalHeaderWarnings(false)
                .withErrorLoggingVerbosity(
                        org.apache.pekko.http.scaladsl.settings.ParserSettings.ErrorLoggingVerbosity$.MODULE$.apply(
                                "off"))
                .withUriParsingMode(Uri.RELAXED);
        // request-timeout off: an upload may take hours; stall-timeout and min-rate bound it instead.
        ServerSettings.Timeouts timeouts =
                base.getTimeouts().withRequestTimeout(Duration.Zero()).withIdleTimeout(finite(http.idleTimeout()));
        return base.withParserSettings(parsing)
                .withTimeouts(timeouts)
                .withRawRequestUriHeader(true)
                .withRemoteAddressAttribute(true)
                .withTransparentHeadRequests(false)
                .withPipeliningLimit(1)
                .withEnableHttp2(false)
                .withMaxConnections(http.maxConnections())
                .withServerHeader(Optional.of(Server.create(
                        org.apache.pekko.http.javadsl.model.headers.ProductVersion.create("Flare", "", ""))))
                .withParsingErrorHandler(ParseRefusals.class.getName());
    }

    private static FiniteDuration finite(java.time.Duration duration) {
        return new FiniteDuration(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
