package flare.s3;

import java.util.UUID;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * The answer to what Pekko's parser refuses before there is a request, as S3 clients know errors. Pekko makes it by
 * reflection, so its ids come from nowhere; they are only ever for the client to quote.
 */
public final class ParseRefusals extends ParsingErrorHandler {

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
        String id = UUID.randomUUID().toString();
        return Responses.xml(status.intValue(), S3Xml.error(code(status.intValue()), info.summary(), "", id))
                .addHeader(RawHeader.create("x-amz-request-id", id));
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
