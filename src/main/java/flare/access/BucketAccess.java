package flare.access;

import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
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
        return of(bucket, read, json -> Policy.ofBucket(json.bytes(), bucket.name()));
    }

    static BucketAccess of(BucketInfo bucket, Set<DocumentKind> read, Function<Document, Policy> policy) {
        return new BucketAccess(
                bucket.name(),
                bucket.owner(),
                Optional.ofNullable(bucket.documents().get(DocumentKind.POLICY))
                        .filter(json -> read.contains(DocumentKind.POLICY))
                        .map(json -> policy(json, bucket.name(), policy)),
                document(bucket, DocumentKind.OWNERSHIP_CONTROLS, read, Ownership::of),
                document(bucket, DocumentKind.PUBLIC_ACCESS_BLOCK, read, PublicAccessBlock::parse),
                document(bucket, DocumentKind.ACL, read, Acl::parse).orElse(Acl.DEFAULT));
    }

    private static Policy policy(Document json, BucketName bucket, Function<Document, Policy> parse) {
        try {
            return parse.apply(json);
        } catch (FlareException e) {
            throw unreadable(DocumentKind.POLICY, bucket, String.valueOf(e.getMessage()));
        }
    }

    private static <T> Optional<T> document(
            BucketInfo bucket, DocumentKind kind, Set<DocumentKind> read, Function<String, Optional<T>> parse) {
        return bucket.document(kind).filter(bytes -> read.contains(kind)).map(bytes -> {
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
