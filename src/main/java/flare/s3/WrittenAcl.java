package flare.s3;

import flare.access.Acl;
import flare.access.BucketAccess;
import flare.access.CannedAcl;
import flare.access.Grant;
import flare.access.Grantee;
import flare.access.Ownership;
import flare.access.Permission;
import flare.http.Headers;
import flare.model.BucketInfo.DocumentKind;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whose an object becomes that is written, with which ACL and tags, and whether the writer may give it those. */
final class WrittenAcl {

    /** What of a bucket says which ACLs there may be. */
    static final Set<DocumentKind> RULES =
            EnumSet.of(DocumentKind.OWNERSHIP_CONTROLS, DocumentKind.PUBLIC_ACCESS_BLOCK);

    private static final Set<Route> WRITES =
            Set.of(ObjectRoute.PUT_OBJECT, ObjectRoute.COPY_OBJECT, ObjectRoute.CREATE_UPLOAD);

    private final Grantees grantees;
    private final BucketRights asked;

    WrittenAcl(Grantees grantees, BucketRights asked) {
        this.grantees = grantees;
        this.asked = asked;
    }

    static boolean isWrittenBy(Operation what) {
        return WRITES.contains(what.route());
    }

    /** @param tagged whether there will be tags */
    CompletionStage<Rights> with(Rights rights, Operation.OfObject what, Headers headers, boolean tagged) {
        CompletionStage<Void> tags = tagged
                ? asked.permitWithWrite("s3:PutObjectTagging", what.key())
                : CompletableFuture.completedFuture(null);
        Optional<Acl> parsed = AclHeaders.parse(headers);
        if (parsed.isEmpty()) {
            return tags.thenApply(allowed -> rights.withWritten(owner(Acl.DEFAULT), Optional.empty()));
        }
        return tags.thenCompose(allowed -> grantees.known(parsed.get()))
                .thenCompose(acl -> (isForOthers(acl)
                                ? asked.permitWithWrite("s3:PutObjectAcl", what.key())
                                : CompletableFuture.<Void>completedFuture(null))
                        .thenApply(allowed -> rights.withWritten(owner(acl), kept(asked.access(), acl))));
    }

    /** What an object is kept with. Throws {@link FlareException} for what the bucket does not allow. */
    static Optional<Acl> kept(BucketAccess bucket, Acl acl) {
        if (!bucket.hasAcls()) {
            boolean meansNothing = acl.equals(new Acl.Canned(CannedAcl.BUCKET_OWNER_FULL_CONTROL))
                    || acl.equals(new Acl.Granted(
                            List.of(new Grant(new Grantee.User(bucket.owner()), Permission.FULL_CONTROL))));
            if (!meansNothing) {
                throw disabled(bucket);
            }
            return Optional.empty();
        }
        requireNotBlocked(bucket, acl);
        return Optional.of(acl);
    }

    static FlareException disabled(BucketAccess bucket) {
        return new FlareException(
                Fault.ACLS_DISABLED,
                "bucket " + bucket.name() + " does not allow ACLs: its object ownership is "
                        + Ownership.BUCKET_OWNER_ENFORCED.label());
    }

    static void requireNotBlocked(BucketAccess bucket, Acl acl) {
        if (acl.isPublic() && bucket.blockOrNone().acls()) {
            throw new FlareException(
                    Fault.ACCESS_DENIED, "the public access block of bucket " + bucket.name() + " refuses public ACLs");
        }
    }

    /** What nobody in particular writes is the bucket owner's. */
    private Optional<String> owner(Acl acl) {
        BucketAccess bucket = asked.access();
        boolean bucketOwners =
                bucket.ownershipOrDefault().isBucketOwners(acl) || asked.who() instanceof Principal.Anonymous;
        return bucketOwners
                ? Optional.of(bucket.owner()).filter(id -> !id.isEmpty())
                : asked.who().owner();
    }

    /** Whether it gives something to others than the writer and the owner of the bucket, who has it. */
    private boolean isForOthers(Acl acl) {
        String writer = asked.who().owner().orElse("");
        String owner = asked.access().owner();
        return acl.grants(writer, owner).stream()
                .map(Grant::grantee)
                .anyMatch(grantee ->
                        !grantee.equals(new Grantee.User(writer)) && !grantee.equals(new Grantee.User(owner)));
    }
}
