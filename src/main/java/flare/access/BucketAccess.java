package flare.access;

import flare.model.BucketInfo;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a bucket says of who may.
 *
 * @param owner canonical id; empty for root
 * @param ownership empty: none was put
 * @param block empty: none was put
 */
public record BucketAccess(
        BucketName name,
        String owner,
        Optional<Policy> policy,
        Optional<Ownership> ownership,
        Optional<PublicAccessBlock> block,
        Acl acl) {

    public BucketAccess {
        Objects.requireNonNull(name);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(policy);
        Objects.requireNonNull(ownership);
        Objects.requireNonNull(block);
        Objects.requireNonNull(acl);
    }

    /**
     * Throws {@link FlareException} with INTERNAL where a document can't be read: not knowing what it forbids, nobody may
     * (GHSA-j548).
     */
    public static BucketAccess of(BucketInfo bucket) {
        return of(bucket, EnumSet.allOf(DocumentKind.class));
    }

    /** The same of these documents only, as if it had no other: what can't be read can be replaced. */
    public static BucketAccess of(BucketInfo bucket, Set<DocumentKind> read) {
        return new BucketAccess(
                bucket.name(),
                bucket.owner(),
                bytes(bucket, DocumentKind.POLICY, read).map(json -> policy(json, bucket.name())),
                document(bucket, DocumentKind.OWNERSHIP_CONTROLS, read, Ownership::of),
                document(bucket, DocumentKind.PUBLIC_ACCESS_BLOCK, read, PublicAccessBlock::parse),
                document(bucket, DocumentKind.ACL, read, Acl::parse).orElse(Acl.DEFAULT));
    }

    private static Optional<byte[]> bytes(BucketInfo bucket, DocumentKind kind, Set<DocumentKind> read) {
        return read.contains(kind) ? bucket.document(kind) : Optional.empty();
    }

    private static Policy policy(byte[] json, BucketName bucket) {
        try {
            return Policy.ofBucket(json, bucket);
        } catch (FlareException e) {
            throw unreadable(DocumentKind.POLICY, bucket, String.valueOf(e.getMessage()));
        }
    }

    private static <T> Optional<T> document(
            BucketInfo bucket, DocumentKind kind, Set<DocumentKind> read, Function<String, Optional<T>> parse) {
        return bytes(bucket, kind, read).map(bytes -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return parse.apply(text).orElseThrow(() -> unreadable(kind, bucket.name(), "'" + text + "'"));
        });
    }

    private static FlareException unreadable(DocumentKind kind, BucketName bucket, String why) {
        return new FlareException(
                Fault.INTERNAL, "document " + kind + " of bucket " + bucket + " can't be understood: " + why);
    }

    public Ownership ownershipOrDefault() {
        return ownership.orElse(Ownership.OBJECT_WRITER);
    }

    public PublicAccessBlock blockOrNone() {
        return block.orElse(PublicAccessBlock.NONE);
    }

    public boolean hasAcls() {
        return ownershipOrDefault().hasAcls();
    }

    /** Whether anybody who comes by may do something with it, by its policy or by its ACL. */
    public boolean isPublic() {
        return policy.filter(Policy::isPublic).isPresent() || (hasAcls() && acl.isPublic());
    }

    boolean isOwnedBy(Caller caller) {
        return caller instanceof Caller.User user && user.id().equals(owner);
    }
}
