package flare.s3;

import flare.access.Acl;
import flare.access.CannedAcl;
import flare.access.Ownership;
import flare.config.S3Settings;
import flare.http.Headers;
import flare.model.BucketId;
import flare.model.BucketInfo.DocumentKind;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BucketService;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a bucket is made with: its ownership controls and its ACL. What is lost between the two steps opens nothing. */
final class BucketBirth {

    private static final String OWNERSHIP = "x-amz-object-ownership";

    private final BucketService buckets;
    private final Grantees grantees;
    private final Ownership byDefault;

    BucketBirth(Services services, S3Settings settings) {
        this.buckets = services.buckets();
        this.grantees = new Grantees(services.users(), settings);
        this.byDefault = Ownership.of(settings.defaultObjectOwnership()).orElseThrow();
    }

    /** Throws or fails with {@link FlareException} for headers that are none, or contradict each other. */
    CompletionStage<Map<DocumentKind, String>> of(AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Optional<Ownership> asked = headers.first(OWNERSHIP)
                .map(label -> Ownership.of(label)
                        .orElseThrow(() -> new FlareException(
                                Fault.INVALID_ARGUMENT, OWNERSHIP + " '" + label + "' is not known")));
        Ownership ownership = asked.orElse(byDefault);
        Map<DocumentKind, String> documents = new EnumMap<>(DocumentKind.class);
        if (asked.isPresent() || ownership != Ownership.OBJECT_WRITER) {
            documents.put(DocumentKind.OWNERSHIP_CONTROLS, ownership.label());
        }
        Optional<Acl> acl = AclHeaders.parse(headers).filter(given -> !given.equals(Acl.DEFAULT));
        if (acl.isEmpty()) {
            return CompletableFuture.completedFuture(documents);
        }
        if (!ownership.hasAcls() && !acl.get().equals(new Acl.Canned(CannedAcl.BUCKET_OWNER_FULL_CONTROL))) {
            throw new FlareException(
                    Fault.ACL_CONTRADICTS_OWNERSHIP,
                    "a bucket with the object ownership " + ownership.label() + " has no ACL: ask for another with "
                            + OWNERSHIP);
        }
        return grantees.known(acl.get()).thenApply(known -> {
            documents.put(DocumentKind.ACL, known.text());
            return documents;
        });
    }

    CompletionStage<BucketId> given(BucketId id, Map<DocumentKind, String> documents) {
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Map.Entry<DocumentKind, String> document : documents.entrySet()) {
            byte[] bytes = document.getValue().getBytes(StandardCharsets.UTF_8);
            all = all.thenCompose(done -> buckets.setDocument(id, document.getKey(), Optional.of(bytes)));
        }
        return all.thenApply(done -> id);
    }
}
