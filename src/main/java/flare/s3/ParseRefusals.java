package flare.s3;

import flare.telemetry.FinishedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;
import org.apache.pekko.io.Inet;

/**
 * The answer to what Pekko's parser refuses before there is a request, as S3 clients know errors. Method, target and client
 * are not known here, but it is told to the telemetry like every answer.
 *
 * <p>Pekko makes this object by reflection and gives it nothing of ours but the port's settings. So these carry the port's
 * telemetry, as a socket option that does nothing to sockets.
 */
public final class ParseRefusals extends ParsingErrorHandler {

    private static final String UNKNOWN = "-";

    private record Carrier(RequestTelemetry telemetry) implements Inet.SocketOption {}

    static org.apache.pekko.http.javadsl.settings.ServerSettings installed(
            org.apache.pekko.http.javadsl.settings.ServerSettings settings, RequestTelemetry telemetry) {
        List<Inet.SocketOption> options = new ArrayList<>();
        settings.getSocketOptions().forEach(options::add);
        options.add(new Carrier(telemetry));
        return settings.withSocketOptions(options).withParsingErrorHandler(ParseRefusals.class.getName());
    }

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
        RequestTelemetry telemetry = telemetry(settings);
        String id = telemetry.ids().next();
        byte[] document = S3Xml.error(code(status.intValue()), info.summary(), "", id);
        telemetry
                .finished()
                .accept(new FinishedRequest(
                        id,
                        telemetry.clock().instant(),
                        UNKNOWN,
                        UNKNOWN,
                        UNKNOWN,
                        Exchange.UNKNOWN,
                        status.intValue(),
                        0,
                        document.length,
                        Duration.ZERO));
        return Responses.xml(status.intValue(), document).addHeader(RawHeader.create(Exchange.ID_HEADER, id));
    }

    private static RequestTelemetry telemetry(ServerSettings settings) {
        for (Inet.SocketOption option : settings.getSocketOptions()) {
            if (option instanceof Carrier carrier) {
                return carrier.telemetry();
            }
        }
        throw new IllegalStateException("the port's settings are not those of ObjectPortSettings");
    }

    private static String code(int status) {
        return switch (status) {
            case 414 -> "RequestURITooLong";
            case 431 -> "RequestHeaderSectionTooLarge";
            case 501 -> "NotImplemented";
            default -> "InvalidRequest";
        };
    }
}
