package flare.s3;

import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.settings.ServerSettings;

/** What the object port wants of Pekko HTTP beside every port, where defaults would refuse or alter what S3 allows. */
public final class ObjectPortSettings {

    /** The header in which Pekko passes the target as sent. */
    static final String RAW_TARGET = "raw-request-uri";

    private ObjectPortSettings() {}

    public static ServerSettings of(ServerSettings base, RequestTelemetry telemetry) {
        // modeled-header-parsing off: header values reach us as sent, and a malformed one is ours to judge.
        // uri-parsing-mode relaxed: the parsed URI is not used, only the raw target is.
        ServerSettings settings = base.withParserSettings(base.getParserSettings()
                .withModeledHeaderParsing(false)
                .withIllegalHeaderWarnings(false)
                .withErrorLoggingVerbosity(
                        org.apache.pekko.http.scaladsl.settings.ParserSettings.ErrorLoggingVerbosity$.MODULE$.apply(
                                "off"))
                .withUriParsingMode(Uri.RELAXED));
        return ParseRefusals.installed(settings, telemetry);
    }
}
