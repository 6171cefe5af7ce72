package flare.s3;

import flare.access.Acl;
import flare.access.BucketAccess;
import flare.access.CannedAcl;
import flare.access.Ownership;
import flare.config.S3Settings;
import flare.http.Headers;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a bucket is made with: its ownership controls and its ACL. It is made with them, in one step. */
final class BucketBirth {

    private static final String OWNERSHIP = "x-amz-object-ownership";

    private final Grantees grantees;
    private final Ownership byDefault;

    BucketBirth(Services services, S3Settings settings) {
        this.grantees = new Grantees(services.users(), settings);
        this.byDefault = Ownership.of(settings.defaultObjectOwnership()).orElseThrow();
    }

    /** Throws or fails with {@link FlareException} for headers that are none, or contradict each other. */
    CompletionStage<Map<DocumentKind, Document>> of(AuthorizedRequest request) {
        Headers headers = request.head().headers();
        Optional<Ownership> asked = headers.first(OWNERSHIP)
                .map(label -> Ownership.of(label)
                        .orElseThrow(() -> new FlareException(
                                Fault.INVALID_ARGUMENT, OWNERSHIP + " '" + label + "' is not known")));
        Optional<Acl> given = AclHeaders.parse(headers);
        Ownership ownership = asked.orElseGet(() -> unasked(given));
        Map<DocumentKind, Document> documents = new EnumMap<>(DocumentKind.class);
        if (asked.isPresent() || ownership != Ownership.OBJECT_WRITER) {
            documents.put(DocumentKind.OWNERSHIP_CONTROLS, document(ownership.label()));
        }
        Optional<Acl> acl = given.filter(other -> !other.equals(Acl.DEFAULT));
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
            documents.put(DocumentKind.ACL, document(known.text()));
            return documents;
        });
    }

    /**
     * Whoever says {@code private} here says it with every object, too, as rclone does unless it is told otherwise: S3 gives
     * such a bucket ACLs, since one without would refuse them all.
     */
    private Ownership unasked(Optional<Acl> given) {
        boolean isPrivate = given.filter(Acl.DEFAULT::equals).isPresent();
        return isPrivate && !byDefault.hasAcls() ? Ownership.BUCKET_OWNER_PREFERRED : byDefault;
    }

    /**
     * Whether making the bucket that is there would change nothing. S3 resets the ACL; here what somebody made public or
     * private is not turned round by a request that seems to do nothing. Throws {@link FlareException} with
     * BUCKET_ALREADY_OWNED.
     */
    static void requireSame(BucketInfo bucket, Map<DocumentKind, Document> documents, Headers headers) {
        BucketAccess there = BucketAccess.of(bucket);
        BucketAccess asked = BucketAccess.of(new BucketInfo(
                bucket.id(), bucket.name(), bucket.owner(), bucket.created(), bucket.versioning(), documents));
        boolean sameOwnership =
                !headers.has(OWNERSHIP) || asked.ownershipOrDefault().equals(there.ownershipOrDefault());
        if (!sameOwnership || !asked.acl().equals(there.acl())) {
            throw new FlareException(
                    Fault.BUCKET_ALREADY_OWNED,
                    "bucket " + bucket.name() + " is yours already, with another "
                            + (sameOwnership ? "ACL" : "object ownership")
                            + " than this: PutBucketAcl and PutBucketOwnershipControls change them, CreateBucket does not");
        }
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}
