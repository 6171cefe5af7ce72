package flare.s3;

import flare.config.Settings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.WriteCondition;
import flare.object.MultipartService;
import flare.object.MultipartService.CompletedPart;
import flare.object.MultipartService.PartsPage;
import flare.telemetry.CrashPoint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/**
 * Uploads in parts.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html">Multipart upload</a>
 */
final class MultipartHandlers {

    static final String OBJECT_SIZE = "x-amz-mp-object-size";

    /** Of the longest Complete: each part has a number, an ETag and perhaps a checksum. */
    private static final int PARTS_ELEMENTS = 4 * PartInfo.MAX_NUMBER + 1;

    private final MultipartService uploads;
    private final BucketHandlers buckets;
    private final Owners owners;
    private final Settings settings;
    private final LongAnswers answers;
    private final Materializer materializer;

    MultipartHandlers(
            MultipartService uploads,
            BucketHandlers buckets,
            Owners owners,
            Settings settings,
            LongAnswers answers,
            Materializer materializer) {
        this.uploads = uploads;
        this.buckets = buckets;
        this.owners = owners;
        this.settings = settings;
        this.answers = answers;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> create(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        ObjectAttributes attributes = ObjectHeaders.attributes(
                headers, request.content().contentType(), settings.object().maxUserMetadata());
        ObjectExtras extras = request.rights().written(ObjectExtras.NONE.withTags(TagSet.ofHeader(headers)));
        Optional<ChecksumAlgorithm> algorithm = ChecksumHeaders.algorithm(headers);
        Checksum.Type type = UploadChecksums.type(headers, algorithm);
        WriteCondition condition = Conditions.of(headers).forWrite();
        return buckets.with(
                        bucket,
                        found -> uploads.create(new MultipartService.CreateRequest(
                                found.id(), key, attributes, extras, algorithm, type, condition)))
                .thenApply(id -> UploadChecksums.announce(
                        Responses.xml(200, MultipartXml.created(bucket, key, id)), algorithm, type));
    }

    CompletionStage<HttpResponse> putPart(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        int number = partNumber(request);
        return withUpload(
                        bucket,
                        key,
                        request,
                        upload -> uploads.find(upload)
                                .thenCompose(info -> uploads.putPart(
                                        new MultipartService.PartRequest(
                                                upload,
                                                number,
                                                request.content().length(),
                                                ObjectHeaders.contentMd5(headers),
                                                ChecksumHeaders.of(headers, request.content(), info.algorithm())),
                                        request.content().bytes())))
                .thenApply(part -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    return ChecksumHeaders.addTo(
                            Responses.empty(200).addHeader(ObjectHeaders.etag(part.etag())), part.checksum());
                });
    }

    CompletionStage<HttpResponse> copyPart(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        int number = partNumber(request);
        CopyHandler.Source source =
                CopyHandler.Source.parse(headers.first(Router.COPY_SOURCE).orElseThrow());
        Optional<String> range = headers.first(CopyRange.HEADER);
        range.ifPresent(CopyRange::parse);
        CompletionStage<HttpResponse> made = buckets.with(
                        source.bucket(),
                        from -> withUpload(
                                bucket,
                                key,
                                request,
                                upload -> uploads.copyPart(new MultipartService.CopyPartRequest(
                                        upload,
                                        number,
                                        CopyHandler.from(from, source, CopyHandler.conditions(headers)),
                                        info -> range(range, info)))))
                .thenApply(copied -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    return Responses.xml(200, MultipartXml.copiedPart(copied.part()))
                            .addHeaders(CopyHandler.sourceVersion(copied.source()));
                });
        return answers.answer(request.head(), made);
    }

    private static Optional<ByteRange> range(Optional<String> asked, ObjectInfo source) {
        return asked.map(text -> CopyRange.parse(text).within(source.size()));
    }

    CompletionStage<HttpResponse> complete(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Optional<Long> size = headers.first(OBJECT_SIZE).map(MultipartHandlers::size);
        Optional<String> checksum = ChecksumHeaders.expected(headers);
        Optional<Checksum.Type> type = ChecksumHeaders.type(headers);
        return DocumentBody.unchecked(request, settings.http(), materializer).thenCompose(document -> {
            List<CompletedPart> parts = parts(document);
            CompletionStage<HttpResponse> completed = withUpload(
                            bucket,
                            key,
                            request,
                            upload -> uploads.complete(new MultipartService.CompleteRequest(
                                    upload,
                                    parts,
                                    checksum,
                                    type,
                                    size,
                                    Conditions.of(headers).forWrite())))
                    .thenApply(stored -> {
                        CrashPoint.BEFORE_RESPONSE.reached();
                        return Responses.xml(
                                        200,
                                        MultipartXml.completed(
                                                bucket, request.head().url(bucket, key), stored))
                                .addHeaders(ObjectHeaders.version(stored));
                    });
            return answers.answer(request.head(), completed);
        });
    }

    private static List<CompletedPart> parts(byte[] document) {
        XmlElement root = XmlElement.parse(document, "CompleteMultipartUpload", PARTS_ELEMENTS)
                .knowing("Part");
        List<XmlElement> listed = root.all("Part");
        if (listed.isEmpty()) {
            throw XmlElement.malformed("CompleteMultipartUpload names no part", null);
        }
        if (listed.size() > PartInfo.MAX_NUMBER) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "an upload has at most " + PartInfo.MAX_NUMBER + " parts, here are " + listed.size());
        }
        return listed.stream()
                .map(part -> new CompletedPart(
                        number(part.only("PartNumber").text().strip()),
                        part.only("ETag").text().strip().replace("\"", ""),
                        UploadChecksums.ofPart(part)))
                .toList();
    }

    CompletionStage<HttpResponse> abort(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        return withUpload(bucket, key, request, uploads::abort).thenApply(done -> Responses.empty(204));
    }

    CompletionStage<HttpResponse> listParts(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        RawTarget target = request.head().target();
        int limit = Counts.parse(
                "max-parts", target.parameter("max-parts"), settings.http().maxListPage());
        int after = Counts.marker("part-number-marker", target.parameter("part-number-marker"), PartInfo.MAX_NUMBER);
        return withUpload(bucket, key, request, upload -> uploads.parts(upload, after, Math.max(1, limit)))
                .thenApply(page -> limit > 0 ? page : new PartsPage(page.upload(), List.of(), false))
                .thenCompose(page -> {
                    Optional<String> owner = page.upload().extras().owner();
                    return owners.named(Stream.of(owner))
                            .thenApply(named -> Responses.xml(
                                    200, MultipartXml.parts(bucket, page, named.of(owner), after, limit)));
                });
    }

    CompletionStage<HttpResponse> listUploads(BucketName bucket, AuthorizedRequest request) {
        UploadsQuery query = UploadsQuery.parse(
                bucket, request.head().target(), settings.http().maxListPage());
        return buckets.with(bucket, found -> uploads.uploads(query.request(found.id())))
                .thenCompose(page -> owners.named(page.uploads().stream()
                                .map(upload -> upload.extras().owner()))
                        .thenApply(named -> Responses.xml(200, MultipartXml.uploads(query, page, named))));
    }

    private <T> CompletionStage<T> withUpload(
            BucketName bucket, ObjectKey key, AuthorizedRequest request, Function<UploadRef, CompletionStage<T>> act) {
        UploadId id =
                UploadId.parse(request.head().target().parameter("uploadId").orElse(""));
        return buckets.with(bucket, found -> act.apply(new UploadRef(found.id(), key, id)));
    }

    private static int partNumber(AuthorizedRequest request) {
        return number(request.head().target().parameter("partNumber").orElse(""));
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT. */
    static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(text) : 0;
        if (number < 1 || number > PartInfo.MAX_NUMBER) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, "part number '" + text + "' is not 1 to " + PartInfo.MAX_NUMBER);
        }
        return number;
    }

    private static long size(String text) {
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new FlareException(Fault.INVALID_ARGUMENT, OBJECT_SIZE + " = " + text + " is no length");
        }
        return Long.parseLong(text);
    }
}
