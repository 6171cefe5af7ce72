package flare.s3;

import flare.access.Acl;
import flare.config.ObjectSettings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.http.PercentCode;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.object.ObjectService;
import flare.telemetry.CrashPoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html">CopyObject</a>: no byte moves (I2), and none
 * is read unless a new checksum is asked for.
 */
final class CopyHandler {

    private final ObjectService objects;
    private final BucketHandlers buckets;
    private final ObjectSettings limits;
    private final LongAnswers answers;

    CopyHandler(ObjectService objects, BucketHandlers buckets, ObjectSettings limits, LongAnswers answers) {
        this.objects = objects;
        this.buckets = buckets;
        this.limits = limits;
        this.answers = answers;
    }

    /** What {@code x-amz-copy-source} names. */
    record Source(BucketName bucket, ObjectKey key, Optional<VersionId> version) {

        /**
         * {@code /bucket/key?versionId=id}, encoded like a query: a plus is a space, as S3 has it, and clients that mean a
         * plus send {@code %2B}. The first slash may be missing.
         */
        static Source parse(String header) {
            int mark = header.lastIndexOf("?versionId=");
            String path = PercentCode.decodeQuery(mark < 0 ? header : header.substring(0, mark));
            String plain = path.startsWith("/") ? path.substring(1) : path;
            int slash = plain.indexOf('/');
            if (slash < 1 || slash == plain.length() - 1) {
                throw new FlareException(
                        Fault.INVALID_ARGUMENT, Router.COPY_SOURCE + " must be /bucket/key, percent-encoded");
            }
            return new Source(
                    new BucketName(plain.substring(0, slash)),
                    ObjectKey.of(plain.substring(slash + 1)),
                    mark < 0
                            ? Optional.empty()
                            : Optional.of(VersionId.parse(header.substring(mark + "?versionId=".length()))));
        }
    }

    CompletionStage<HttpResponse> copy(BucketName bucket, ObjectKey key, AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Source source = Source.parse(headers.first(Router.COPY_SOURCE).orElseThrow());
        boolean replaces = isReplace(headers, "x-amz-metadata-directive");
        boolean retags = givesTags(headers);
        boolean ontoItself = source.bucket().equals(bucket)
                && source.key().equals(key)
                && source.version().isEmpty();
        if (ontoItself && !replaces) {
            throw new FlareException(Fault.INVALID_REQUEST, "a copy of an object onto itself must change its metadata");
        }
        Optional<ObjectAttributes> attributes = replaces
                ? Optional.of(
                        ObjectHeaders.attributes(headers, request.content().contentType(), limits.maxUserMetadata()))
                : Optional.empty();
        Optional<Map<String, String>> tags = retags ? Optional.of(TagSet.ofHeader(headers)) : Optional.empty();
        Optional<ChecksumAlgorithm> algorithm = ChecksumHeaders.algorithm(headers);
        Consumer<ObjectInfo> onSource = conditions(headers);
        CompletionStage<HttpResponse> copied = buckets.with(
                        source.bucket(),
                        from -> objects.copy(new ObjectService.CopyRequest(
                                from(from, source, onSource),
                                bucket,
                                key,
                                attributes,
                                tags,
                                algorithm,
                                request.rights().writer(),
                                Optional.of(request.rights()
                                        .acl()
                                        .orElse(Acl.DEFAULT)
                                        .text()),
                                Conditions.of(headers).forWrite())))
                .thenApply(made -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    return Responses.xml(200, S3Xml.copied(made.copy()))
                            .addHeaders(ObjectHeaders.version(made.copy()))
                            .addHeaders(sourceVersion(made.source()));
                });
        return answers.answer(request.head(), copied);
    }

    static ObjectService.CopySource from(BucketInfo bucket, Source source, Consumer<ObjectInfo> check) {
        return new ObjectService.CopySource(bucket.id(), source.key(), source.version(), check);
    }

    /** Which version was copied, where it has an id. */
    static List<HttpHeader> sourceVersion(ObjectInfo source) {
        VersionId id = source.versionId();
        return id.isNull() ? List.of() : List.of(RawHeader.create("x-amz-copy-source-version-id", id.toString()));
    }

    /** What {@code x-amz-copy-source-if-*} demands of the source. */
    static Consumer<ObjectInfo> conditions(Headers headers) {
        Conditions conditions = Conditions.exact(sourceConditions(headers), Router.COPY_SOURCE + "-");
        return info -> check(conditions, info);
    }

    /** A condition that fails is 412 for a copy, also where a GET would say 304. */
    private static void check(Conditions conditions, ObjectInfo info) {
        try {
            conditions.checkRead(info.etag(), info.lastModified());
        } catch (FlareException refusal) {
            throw new FlareException(
                    Fault.PRECONDITION_FAILED, "the condition on the source does not hold: " + refusal.getMessage());
        }
    }

    private static Headers sourceConditions(Headers headers) {
        Map<String, String> conditions = new HashMap<>();
        String prefix = Router.COPY_SOURCE + "-";
        for (String name : headers.names()) {
            if (name.startsWith(prefix + "if-")) {
                conditions.put(
                        name.substring(prefix.length()), headers.joined(name).orElseThrow());
            }
        }
        return Headers.of(conditions);
    }

    /** Whether a copy has the tags of the request, not of its source. Throws {@link FlareException}. */
    static boolean givesTags(Headers headers) {
        return isReplace(headers, "x-amz-tagging-directive");
    }

    private static boolean isReplace(Headers headers, String name) {
        return switch (headers.first(name).orElse("COPY")) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default -> throw new FlareException(Fault.INVALID_ARGUMENT, name + " must be COPY or REPLACE");
        };
    }
}
