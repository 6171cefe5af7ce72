package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.BucketRowOrBuilder;
import flare.model.BucketId;
import flare.model.BucketInfo.Versioning;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.ByteBuffer;
import java.util.TreeSet;

/** Buckets and their configuration. */
final class BucketCommands {

    private final Applying entry;
    private final EntryBatch batch;

    BucketCommands(Applying entry) {
        this.entry = entry;
        this.batch = entry.batch();
    }

    BucketId create(Command.CreateBucket create) {
        String name = create.name().value();
        byte[] taken = batch.get(Family.BUCKET_NAME, Keys.name(name));
        if (taken != null) {
            BucketRow.Builder other = get(new BucketId(ByteBuffer.wrap(taken).getLong()));
            throw new FlareException(
                    other.getOwner().equals(create.owner()) ? Fault.BUCKET_ALREADY_OWNED : Fault.BUCKET_ALREADY_EXISTS,
                    "bucket " + name + " exists already");
        }
        BucketId id = new BucketId(batch.counters().getLastBucket() + 1);
        batch.counters().setLastBucket(id.value());
        TreeSet<String> kinds = new TreeSet<>();
        create.documents().forEach((kind, document) -> {
            kinds.add(kind.name());
            batch.put(Family.DOCUMENT, Keys.document(id, kind.name()), document.bytes());
        });
        batch.addBucket(BucketRow.newBuilder()
                .setId(id.value())
                .setName(name)
                .setCreatedMillis(entry.nowMillis())
                .setOwner(create.owner())
                .addAllDocuments(kinds));
        return id;
    }

    /** Uploads that nobody finished don't hold it, as in S3; UploadExpiry finds and aborts them. */
    Command.Done delete(Command.DeleteBucket delete) {
        BucketRow.Builder bucket = get(delete.bucket());
        Applying.require(
                bucket.getObjects() == 0 && bucket.getVersions() == 0,
                Fault.BUCKET_NOT_EMPTY,
                () -> "bucket " + bucket.getName() + " has " + bucket.getObjects() + " objects, " + bucket.getVersions()
                        + " older versions and delete markers");
        bucket.getDocumentsList().forEach(kind -> batch.delete(Family.DOCUMENT, Keys.document(delete.bucket(), kind)));
        batch.removeBucket(bucket);
        return new Command.Done();
    }

    Command.Done setVersioning(Command.SetVersioning set) {
        Versioning versioning = set.enabled() ? Versioning.ENABLED : Versioning.SUSPENDED;
        get(set.bucket()).setVersioning(versioning.name());
        return new Command.Done();
    }

    Command.Done setDocument(Command.SetDocument set) {
        BucketRow.Builder bucket = get(set.bucket());
        String kind = set.kind().name();
        byte[] key = Keys.document(set.bucket(), kind);
        TreeSet<String> kinds = new TreeSet<>(bucket.getDocumentsList());
        if (set.document().isPresent()) {
            kinds.add(kind);
            batch.put(Family.DOCUMENT, key, set.document().get().bytes());
        } else {
            kinds.remove(kind);
            batch.delete(Family.DOCUMENT, key);
        }
        bucket.clearDocuments().addAllDocuments(kinds);
        return new Command.Done();
    }

    /** NO_SUCH_BUCKET if the id is not, or no longer, that of a bucket (I5). */
    BucketRow.Builder get(BucketId id) {
        BucketRow.Builder bucket = batch.bucket(id);
        if (bucket == null) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket with id " + id.value());
        }
        return bucket;
    }

    static Versioning versioning(BucketRowOrBuilder bucket) {
        String state = bucket.getVersioning();
        return state.isEmpty() ? Versioning.UNVERSIONED : Versioning.valueOf(state);
    }
}
