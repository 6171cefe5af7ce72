package flare.object;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Buckets and their configuration. What changes a bucket names it by the id that was authorised (I5). Stages fail with
 * {@link flare.model.FlareException}.
 */
public interface BucketService {

    /** The bucket with its documents as of now; empty if there is none. */
    CompletionStage<Optional<BucketInfo>> find(BucketName name);

    /**
     * Buckets in the order of their names, without their documents.
     *
     * @param owners whose; "" stands for those that are nobody's in particular; no owners: everybody's
     * @param prefix may be empty
     * @param after exclusive; may be empty
     * @param limit at least 1
     */
    CompletionStage<BucketPage> list(Set<String> owners, String prefix, String after, int limit);

    /**
     * BUCKET_ALREADY_OWNED if the owner has one of that name, BUCKET_ALREADY_EXISTS if another has. INVALID_ARGUMENT past a
     * document's most bytes.
     *
     * @param documents which it has from the first moment on
     */
    CompletionStage<BucketId> create(BucketName name, String owner, Map<DocumentKind, Document> documents);

    /** BUCKET_NOT_EMPTY while it has a version or a delete marker. Its open uploads are given up. */
    CompletionStage<Void> delete(BucketId bucket);

    /** Enables versioning, or suspends it. */
    CompletionStage<Void> setVersioning(BucketId bucket, boolean enabled);

    /** Puts a document, or removes it. INVALID_ARGUMENT past the kind's most bytes. */
    CompletionStage<Void> setDocument(BucketId bucket, DocumentKind kind, Optional<byte[]> document);

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record BucketPage(List<BucketInfo> buckets, Optional<String> next) {}
}
