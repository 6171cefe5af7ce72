package flare.s3;

import flare.config.ObjectSettings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.ObjectPart;
import flare.model.VersionId;
import flare.object.ObjectService;
import flare.object.ObjectService.ObjectRead;
import flare.object.ObjectService.PutRequest;
import flare.object.ObjectService.VersionRef;
import flare.telemetry.CrashPoint;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** PutObject, GetObject, HeadObject, DeleteObject. */
final class ObjectHandlers {

    /** Refusals whose answer says something of the object. */
    private static final Set<Fault> NAMING_THE_OBJECT = Set.of(Fault.NOT_MODIFIED, Fault.RANGE_NOT_SATISFIABLE);

    private final ObjectService objects;
    private final ObjectSettings limits;
    private final Materializer materializer;

    ObjectHandlers(ObjectService objects, ObjectSettings limits, Materializer materializer) {
        this.objects = objects;
        this.limits = limits;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> put(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        PutRequest put = new PutRequest(
                bucket,
                key,
                request.content().length(),
                ObjectHeaders.contentMd5(headers),
                ObjectHeaders.attributes(headers, request.content().contentType(), limits.maxUserMetadata()),
                request.rights().written(ObjectExtras.NONE.withTags(TagSet.ofHeader(headers))),
                ChecksumHeaders.ofObject(headers, request.content()),
                Conditions.of(headers).forWrite());
        return stored(put, request.content()).thenApply(stored -> {
            CrashPoint.BEFORE_RESPONSE.reached();
            HttpResponse response = Responses.empty(200)
                    .addHeader(ObjectHeaders.etag(stored.etag()))
                    .addHeaders(ObjectHeaders.version(stored));
            return ChecksumHeaders.addTo(response, stored.extras().checksum());
        });
    }

    private CompletionStage<ObjectInfo> stored(PutRequest put, RequestContent content) {
        Optional<ByteString> atHand = content.atHand();
        return atHand.isPresent() ? objects.put(put, atHand.get()) : objects.put(put, content.bytes());
    }

    CompletionStage<HttpResponse> get(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Optional<Integer> part = part(request);
        boolean checksums = ChecksumHeaders.wanted(headers);
        ResponseOverrides overrides = ResponseOverrides.of(request);
        ReadDecision decision = new ReadDecision(headers);
        VersionRef ref = ref(bucket, key, request);
        CompletionStage<ObjectRead> read =
                part.isPresent() ? objects.getPart(ref, part.get(), decision::check) : objects.get(ref, decision);
        CompletionStage<HttpResponse> response = read.thenApply(opened -> {
            HttpResponse plain = sent(opened, overrides.applyTo(opened.info()));
            return said(plain, opened.info(), opened.range(), opened.part(), checksums);
        });
        return withObjectInRefusals(response, decision, request);
    }

    private HttpResponse sent(ObjectRead read, ObjectInfo said) {
        if (read.atHand().isPresent()) {
            return Responses.object(said, read.range(), read.atHand().get());
        }
        if (read.info().size() == 0) {
            read.bytes().runWith(Sink.cancelled(), materializer);
        }
        return Responses.object(said, read.range(), read.bytes());
    }

    /** Of a range no checksum is known, but for that of a part that was asked for by its number. */
    private static HttpResponse said(
            HttpResponse plain,
            ObjectInfo info,
            Optional<ByteRange> range,
            Optional<ObjectPart> part,
            boolean checksums) {
        HttpResponse response = part.isPresent() && info.parts() > 0
                ? plain.addHeader(RawHeader.create("x-amz-mp-parts-count", Integer.toString(info.parts())))
                : plain;
        if (!checksums || (range.isPresent() && part.isEmpty())) {
            return response;
        }
        Optional<Checksum> whole = info.extras().checksum();
        Optional<Checksum> known = part.isPresent() ? part.get().checksum() : whole;
        return ChecksumHeaders.addTo(response, known, whole.map(Checksum::type).orElse(Checksum.Type.FULL_OBJECT));
    }

    CompletionStage<HttpResponse> head(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Optional<Integer> part = part(request);
        boolean checksums = ChecksumHeaders.wanted(headers);
        ResponseOverrides overrides = ResponseOverrides.of(request);
        ReadDecision decision = new ReadDecision(headers);
        VersionRef ref = ref(bucket, key, request);
        CompletionStage<HttpResponse> response = part.isPresent()
                ? objects.parts(ref, part.get() - 1, 1).thenApply(page -> {
                    decision.check(page.info());
                    ObjectPart found = ObjectPart.of(page.info(), part.get(), page.parts());
                    Optional<ByteRange> range = found.rangeIn(page.info());
                    HttpResponse plain = head(overrides.applyTo(page.info()), range);
                    return said(plain, page.info(), range, Optional.of(found), checksums);
                })
                : objects.head(ref).thenApply(info -> {
                    Optional<ByteRange> range = decision.apply(info);
                    return said(head(overrides.applyTo(info), range), info, range, Optional.empty(), checksums);
                });
        return withObjectInRefusals(response, decision, request);
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT for no number of a part, INVALID_REQUEST with a range. */
    private static Optional<Integer> part(AuthorizedRequest request) {
        Optional<Integer> part = request.head().target().parameter("partNumber").map(MultipartHandlers::number);
        if (part.isPresent() && request.head().headers().has("range")) {
            throw new FlareException(
                    Fault.INVALID_REQUEST, "Range and partNumber can't be asked for in one request: leave out one");
        }
        return part;
    }

    CompletionStage<HttpResponse> delete(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        return objects.delete(
                        ref(bucket, key, request),
                        Conditions.of(request.head().headers()).forWrite())
                .thenApply(deletion -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    HttpResponse response =
                            Responses.empty(204).addHeaders(ObjectHeaders.version(deletion.versionId()));
                    return deletion.deleteMarker() ? response.addHeader(Responses.DELETE_MARKER) : response;
                });
    }

    /** The version that a request names. Throws {@link FlareException} with INVALID_ARGUMENT. */
    static VersionRef ref(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        return new VersionRef(
                bucket, key, request.head().target().parameter("versionId").map(VersionId::parse));
    }

    /** Pekko sends the length of a HEAD's entity and cancels its bytes. */
    private static HttpResponse head(ObjectInfo info, Optional<ByteRange> range) {
        return Responses.object(info, range, Source.empty());
    }

    /** What a 304 repeats and a 416 tells, the port does not know. */
    private static CompletionStage<HttpResponse> withObjectInRefusals(
            CompletionStage<HttpResponse> response, ReadDecision decision, AuthorizedRequest request) {
        return response.exceptionallyCompose(failure -> {
            FlareException refusal = Refusals.of(failure);
            if (!NAMING_THE_OBJECT.contains(refusal.fault())) {
                return CompletableFuture.failedFuture(refusal);
            }
            S3Request head = request.head();
            return CompletableFuture.completedFuture(
                    Responses.error(refusal, head.target().rawPath(), head.id(), decision.seen()));
        });
    }
}
