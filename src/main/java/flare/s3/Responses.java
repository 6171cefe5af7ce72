package flare.s3;

import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Renders answers. */
final class Responses {

    static final HttpHeader DELETE_MARKER = RawHeader.create("x-amz-delete-marker", "true");

    private Responses() {}

    static HttpResponse empty(int status) {
        return HttpResponse.create().withStatus(status);
    }

    static HttpResponse xml(int status, byte[] document) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(
                        HttpEntities.create(MediaTypes.APPLICATION_XML.toContentTypeWithMissingCharset(), document));
    }

    /**
     * An object or a part of it. A length is always announced: a body that fails half-way then ends the connection, and
     * can't be taken for a whole one (I10).
     */
    static HttpResponse object(ObjectInfo info, Optional<ByteRange> range, Source<ByteString, ?> bytes) {
        long length = range.map(ByteRange::length).orElse(info.size());
        HttpResponse response = head(info, range);
        return length == 0
                ? response
                : response.withEntity(HttpEntities.create(ContentTypes.NO_CONTENT_TYPE, length, bytes));
    }

    /** The same of bytes in memory. */
    static HttpResponse object(ObjectInfo info, Optional<ByteRange> range, ByteString bytes) {
        return head(info, range).withEntity(HttpEntities.create(ContentTypes.NO_CONTENT_TYPE, bytes));
    }

    private static HttpResponse head(ObjectInfo info, Optional<ByteRange> range) {
        HttpResponse response = HttpResponse.create()
                .withStatus(range.isPresent() ? StatusCodes.PARTIAL_CONTENT : StatusCodes.OK)
                .addHeaders(ObjectHeaders.of(info))
                .addHeader(new ContentTypeHeader(info.attributes().contentType()));
        if (range.isPresent()) {
            ByteRange part = range.get();
            response = response.addHeader(RawHeader.create(
                    "Content-Range", "bytes " + part.offset() + "-" + (part.end() - 1) + "/" + info.size()));
        }
        return response;
    }

    /** A refusal because of a delete marker names it. */
    static HttpResponse error(FlareException error, String resource, String requestId, Optional<ObjectInfo> object) {
        ErrorMapping.S3Error mapped = ErrorMapping.of(error.fault());
        if (error.fault() == Fault.NOT_MODIFIED) {
            return empty(mapped.status())
                    .addHeaders(object.map(ObjectHeaders::validators).orElse(List.of()));
        }
        HttpResponse response =
                xml(mapped.status(), S3Xml.error(mapped.code(), Refusals.message(error), resource, requestId));
        if (error.deleteMarker().isPresent()) {
            return response.addHeader(DELETE_MARKER).addHeaders(ObjectHeaders.version(error.deleteMarker()));
        }
        return error.fault() == Fault.RANGE_NOT_SATISFIABLE && object.isPresent()
                ? response.addHeader(unsatisfied(object.get()))
                : response;
    }

    private static HttpHeader unsatisfied(ObjectInfo object) {
        return RawHeader.create("Content-Range", "bytes */" + object.size());
    }
}
