package flare.access;

import flare.access.Grantee.Group;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one place where it is decided. Root may. Else a Deny that applies, of a user's policies or of the bucket's, decides;
 * then an Allow of either; then what ACLs grant. Nothing is allowed by itself, to a bucket's owner either.
 */
public final class Judgement {

    /** What each permission of a bucket's ACL lets do. */
    private static final Map<String, Permission> ON_BUCKET = Map.of(
            "s3:ListBucket", Permission.READ,
            "s3:ListBucketVersions", Permission.READ,
            "s3:ListBucketMultipartUploads", Permission.READ,
            "s3:PutObject", Permission.WRITE,
            "s3:DeleteObject", Permission.WRITE,
            "s3:AbortMultipartUpload", Permission.WRITE,
            "s3:ListMultipartUploadParts", Permission.WRITE,
            "s3:GetBucketAcl", Permission.READ_ACP,
            "s3:PutBucketAcl", Permission.WRITE_ACP);

    /** What each permission of an object's ACL lets do. */
    private static final Map<String, Permission> ON_OBJECT = Map.of(
            "s3:GetObject", Permission.READ,
            "s3:GetObjectVersion", Permission.READ,
            "s3:GetObjectAcl", Permission.READ_ACP,
            "s3:GetObjectVersionAcl", Permission.READ_ACP,
            "s3:PutObjectAcl", Permission.WRITE_ACP,
            "s3:PutObjectVersionAcl", Permission.WRITE_ACP);

    public enum Verdict {
        ALLOWED,
        DENIED,
        /** It hangs on the object: ask again with it. */
        OBJECT_NEEDED
    }

    private Judgement() {}

    /** Of what concerns no bucket that is there: listing all of them, making one. */
    public static Verdict of(Question question) {
        if (question.caller() instanceof Caller.Root) {
            return Verdict.ALLOWED;
        }
        return ofPolicies(question) == Effect.ALLOW ? Verdict.ALLOWED : Verdict.DENIED;
    }

    /** Of a bucket, or of what is in it whatever that is. */
    public static Verdict of(Question question, BucketAccess bucket) {
        if (question.caller() instanceof Caller.Root) {
            return Verdict.ALLOWED;
        }
        if (asksForTags(question, bucket)) {
            return Verdict.OBJECT_NEEDED;
        }
        Effect effect = ofPolicies(question).and(ofPolicy(question, bucket));
        if (effect != Effect.NOTHING) {
            return effect == Effect.ALLOW ? Verdict.ALLOWED : Verdict.DENIED;
        }
        if (isGrantedOnBucket(question, bucket)) {
            return Verdict.ALLOWED;
        }
        return bucket.hasAcls() && ON_OBJECT.containsKey(question.action()) ? Verdict.OBJECT_NEEDED : Verdict.DENIED;
    }

    /**
     * Of an object. ALLOWED or DENIED.
     *
     * @param object empty: there is none
     */
    public static Verdict of(Question question, BucketAccess bucket, Optional<ObjectAccess> object) {
        if (question.caller() instanceof Caller.Root) {
            return Verdict.ALLOWED;
        }
        Facts.Builder facts = question.facts().more();
        object.ifPresent(
                known -> known.tags().forEach((key, value) -> facts.put("s3:ExistingObjectTag/" + key, value)));
        Question complete = question.with(question.action(), question.resource(), facts.build());
        Effect effect = ofPolicies(complete).and(ofPolicy(complete, bucket));
        if (effect != Effect.NOTHING) {
            return effect == Effect.ALLOW ? Verdict.ALLOWED : Verdict.DENIED;
        }
        boolean granted = isGrantedOnBucket(question, bucket)
                || object.filter(known -> isGrantedOnObject(question, bucket, known))
                        .isPresent();
        return granted ? Verdict.ALLOWED : Verdict.DENIED;
    }

    private static boolean asksForTags(Question question, BucketAccess bucket) {
        boolean isOfObject =
                question.resource().startsWith(Question.object(bucket.name().value(), ""));
        return isOfObject
                && (bucket.policy().filter(Policy::asksForTags).isPresent()
                        || (question.caller() instanceof Caller.User user
                                && user.policies().stream().anyMatch(Policy::asksForTags)));
    }

    private static Effect ofPolicies(Question question) {
        Effect effect = Effect.NOTHING;
        if (question.caller() instanceof Caller.User user) {
            for (Policy policy : user.policies()) {
                effect = effect.and(policy.of(question));
            }
        }
        return effect;
    }

    private static Effect ofPolicy(Question question, BucketAccess bucket) {
        if (bucket.policy().isEmpty()) {
            return Effect.NOTHING;
        }
        Effect effect = bucket.policy().get().of(question);
        boolean restricted = bucket.blockOrNone().restricted()
                && bucket.policy().get().isPublic()
                && !bucket.isOwnedBy(question.caller());
        return effect == Effect.ALLOW && restricted ? Effect.NOTHING : effect;
    }

    /** A bucket's ACL knows no finer right than WRITE: whoever has it says what an object is written with, as in S3. */
    private static boolean isGrantedOnBucket(Question question, BucketAccess bucket) {
        Permission wanted = question.comesWithWrite() ? Permission.WRITE : ON_BUCKET.get(question.action());
        return wanted != null
                && bucket.hasAcls()
                && isGranted(question.caller(), wanted, bucket.acl().grants(bucket.owner(), bucket.owner()), bucket);
    }

    private static boolean isGrantedOnObject(Question question, BucketAccess bucket, ObjectAccess object) {
        Permission wanted = ON_OBJECT.get(question.action());
        return wanted != null
                && bucket.hasAcls()
                && isGranted(question.caller(), wanted, object.acl().grants(object.owner(), bucket.owner()), bucket);
    }

    private static boolean isGranted(Caller caller, Permission wanted, List<Grant> grants, BucketAccess bucket) {
        boolean groupsCount = !bucket.blockOrNone().ignoredAcls();
        return grants.stream()
                .anyMatch(grant -> grant.permission().includes(wanted)
                        && grant.grantee().is(caller)
                        && (groupsCount || !(grant.grantee() instanceof Group)));
    }
}
