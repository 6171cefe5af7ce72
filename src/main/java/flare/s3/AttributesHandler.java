package flare.s3;

import flare.http.Headers;
import flare.http.HttpDate;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.PartInfo;
import flare.object.ObjectService;
import flare.object.ObjectService.PartsPage;
import flare.object.ObjectService.VersionRef;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html">GetObjectAttributes</a>. */
final class AttributesHandler {

    static final String ASKED = "x-amz-object-attributes";
    static final String MAX_PARTS = "x-amz-max-parts";
    static final String MARKER = "x-amz-part-number-marker";

    private final ObjectService objects;
    private final int maxPage;

    AttributesHandler(ObjectService objects, int maxPage) {
        this.objects = objects;
        this.maxPage = maxPage;
    }

    /** What may be asked for, as its header names it. */
    enum Attribute {
        ETAG("ETag"),
        CHECKSUM("Checksum"),
        OBJECT_PARTS("ObjectParts"),
        STORAGE_CLASS("StorageClass"),
        OBJECT_SIZE("ObjectSize");

        private final String text;

        Attribute(String text) {
            this.text = text;
        }

        static Attribute of(String text) {
            for (Attribute attribute : values()) {
                if (attribute.text.equals(text)) {
                    return attribute;
                }
            }
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "'" + text + "' in " + ASKED + " is no attribute: ETag, Checksum, ObjectParts, StorageClass and"
                            + " ObjectSize are");
        }
    }

    /** @param after number of the part to go on behind */
    record Page(int after, int limit) {}

    CompletionStage<HttpResponse> get(VersionRef object, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Set<Attribute> asked = asked(headers);
        Page page = new Page(
                Counts.marker(MARKER, headers.first(MARKER), PartInfo.MAX_NUMBER),
                Counts.parse(MAX_PARTS, headers.first(MAX_PARTS), maxPage));
        CompletionStage<PartsPage> found = asked.contains(Attribute.OBJECT_PARTS) && page.limit() > 0
                ? objects.parts(object, page.after(), page.limit())
                : objects.head(object).thenApply(info -> new PartsPage(info, List.of(), false));
        return found.thenApply(parts -> {
            ObjectInfo info = parts.info();
            return Responses.xml(200, AttributesXml.of(asked, page, parts))
                    .addHeader(RawHeader.create("Last-Modified", HttpDate.format(info.lastModified())))
                    .addHeaders(ObjectHeaders.version(info));
        });
    }

    private static Set<Attribute> asked(Headers headers) {
        Set<Attribute> asked = EnumSet.noneOf(Attribute.class);
        for (String name : headers.joined(ASKED).orElse("").split(",", -1)) {
            if (!name.isBlank()) {
                asked.add(Attribute.of(name.strip()));
            }
        }
        if (asked.isEmpty()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "the header " + ASKED + " names what is wanted");
        }
        return asked;
    }
}
