package flare.s3;

import flare.config.ObjectSettings;
import flare.config.Settings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.object.ObjectService;
import flare.object.ObjectService.PutRequest;
import flare.s3.PostPolicy.AllowedLength;
import flare.telemetry.CrashPoint;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * PostObject. Without a {@code key} field the key is the file's name, so that {@code curl -F file=@x.zip} does what it
 * seems to say.
 */
final class FormHandler {

    private static final String FILENAME = "${filename}";
    private final Services services;
    private final Forms forms;
    private final Authorizer authorizer;
    private final ObjectSettings limits;
    private final AmzHeaders amzHeaders;
    private final Materializer materializer;

    FormHandler(Services services, Forms forms, Authorizer authorizer, Settings settings, Materializer materializer) {
        this.services = services;
        this.forms = forms;
        this.authorizer = authorizer;
        this.limits = settings.object();
        this.amzHeaders = new AmzHeaders(settings.s3().ignoredHeaders());
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> post(BucketName bucket, AuthorizedRequest request) {
        request.content().length();
        return FormUpload.parse(
                        request.content().parsedContentType(), request.content().bytes(), materializer)
                .thenCompose(form -> store(bucket, request, form));
    }

    private CompletionStage<HttpResponse> store(BucketName bucket, AuthorizedRequest request, FormUpload form) {
        return ready(bucket, request, form)
                .whenComplete((put, refusal) -> {
                    if (refusal != null) {
                        form.file().runWith(Sink.cancelled(), materializer);
                    }
                })
                .thenCompose(ready -> ready.objects()
                        .put(ready.put(), ready.bytes())
                        .thenApply(stored -> {
                            CrashPoint.BEFORE_RESPONSE.reached();
                            return ready.answer()
                                    .to(bucket, stored, request.head().url(bucket, stored.key()));
                        }));
    }

    /** What is to be stored, all of it checked but the bytes. */
    private record Ready(ObjectService objects, PutRequest put, Source<ByteString, ?> bytes, FormAnswer answer) {}

    private CompletionStage<Ready> ready(BucketName bucket, AuthorizedRequest request, FormUpload form) {
        try {
            Headers fields = Headers.of(form.fields());
            amzHeaders.check(fields, ObjectRoute.PUT_OBJECT);
            FormAnswer answer = FormAnswer.of(fields);
            ObjectKey key = ObjectKey.of(key(form, fields));
            Map<String, String> tags = tags(fields);
            Map<String, String> named = new HashMap<>(form.fields());
            named.put("key", key.text());
            Operation storing = new Operation.OfObject(ObjectRoute.PUT_OBJECT, bucket, key);
            return forms.check(request.principal(), bucket, named)
                    .thenCompose(signed -> authorizer
                            .authorize(signed.signer(), storing, head(request, fields, tags, signed))
                            .thenApply(rights -> new Ready(
                                    rights.bound(services).objects(),
                                    request(bucket, key, rights, form, fields, tags),
                                    within(signed.length(), form.file()),
                                    answer)));
        } catch (FlareException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private static S3Request head(
            AuthorizedRequest request, Headers fields, Map<String, String> tags, Forms.Signed signed) {
        boolean checked = !(request.principal() instanceof Principal.Anonymous);
        return request.head().ofForm(FormHead.of(request.head().headers(), checked, fields, tags), signed.algorithm());
    }

    /** With a policy there must be a key, as S3 wants it: what was signed speaks of one. */
    private static String key(FormUpload form, Headers fields) {
        if (fields.has("policy") && !fields.has("key")) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "a form with a policy must have a field named 'key', and before the field 'file'");
        }
        return fields.first("key").orElse(FILENAME).replace(FILENAME, baseName(form.filename()));
    }

    /** The end is an element of its own, which a failing body never reaches. */
    private static Source<ByteString, ?> within(AllowedLength allowed, Source<ByteString, ?> file) {
        if (allowed.equals(AllowedLength.ANY)) {
            return file;
        }
        AtomicLong bytes = new AtomicLong();
        return file.map(Optional::of)
                .concat(Source.single(Optional.<ByteString>empty()))
                .mapConcat(piece -> {
                    if (piece.isEmpty()) {
                        allowed.require(bytes.get());
                        return List.of();
                    }
                    allowed.requireNotAbove(bytes.addAndGet(piece.get().size()));
                    return List.of(piece.get());
                });
    }

    private PutRequest request(
            BucketName bucket,
            ObjectKey key,
            Rights rights,
            FormUpload form,
            Headers fields,
            Map<String, String> tags) {
        Optional<String> contentType = fields.first("content-type").or(form::contentType);
        return new PutRequest(
                bucket,
                key,
                Optional.empty(),
                ObjectHeaders.contentMd5(fields),
                ObjectHeaders.attributes(fields, contentType, limits.maxUserMetadata()),
                rights.written(ObjectExtras.NONE.withTags(tags)),
                ChecksumHeaders.ofForm(fields),
                Conditions.of(fields).forWrite());
    }

    /** A document, where a header of a PutObject would be a query. */
    private static Map<String, String> tags(Headers fields) {
        return fields.first("tagging")
                .map(document -> TagSet.ofDocument(document.getBytes(StandardCharsets.UTF_8)))
                .orElse(Map.of());
    }

    /** Some browsers send a path. */
    private static String baseName(String filename) {
        return filename.substring(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
    }
}
