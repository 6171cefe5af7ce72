package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers about buckets, from one snapshot. */
final class BucketQueries {

    private final RowReader rows;

    BucketQueries(RowReader rows) {
        this.rows = rows;
    }

    Optional<BucketId> find(BucketName name) {
        byte[] id = rows.get(Family.BUCKET_NAME, Keys.name(name.value()));
        return Optional.ofNullable(id)
                .map(bytes -> new BucketId(ByteBuffer.wrap(bytes).getLong()));
    }

    Optional<BucketInfo> get(BucketName name) {
        return find(name).map(id -> info(existing(id), true));
    }

    /** Walks over the names of all buckets with the prefix, but reads only the rows of those it answers. */
    Query.BucketPage list(Query.ListBuckets list) {
        CopyQueries.checkLimit(list.limit());
        byte[] prefix = Keys.name(list.prefix());
        byte[] behind = Keys.after(Keys.name(list.after()));
        byte[] from = !list.after().isEmpty() && Arrays.compareUnsigned(behind, prefix) > 0 ? behind : prefix;
        List<BucketInfo> found = new ArrayList<>();
        byte[] to = Keys.behind(prefix);
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return new Query.BucketPage(found, Optional.empty());
        }
        try (RowScan scan = rows.scan(Family.BUCKET_NAME, from, to)) {
            while (scan.next()) {
                byte[] value = scan.value();
                String owner = new String(value, 8, value.length - 8, StandardCharsets.UTF_8);
                if (!list.owners().isEmpty() && !list.owners().contains(owner)) {
                    continue;
                }
                if (found.size() == list.limit()) {
                    String last = found.get(found.size() - 1).name().value();
                    return new Query.BucketPage(found, Optional.of(last));
                }
                found.add(info(existing(new BucketId(ByteBuffer.wrap(value).getLong())), false));
            }
        }
        return new Query.BucketPage(found, Optional.empty());
    }

    private BucketRow existing(BucketId id) {
        BucketRow row = row(id);
        if (row == null) {
            throw new IllegalStateException("a name leads to bucket " + id.value() + ", which has no row");
        }
        return row;
    }

    @Nullable
    BucketRow row(BucketId id) {
        byte[] row = rows.get(Family.BUCKET, Keys.bucket(id));
        return row == null ? null : EntryBatch.parse(Family.BUCKET, row, BucketRow.parser());
    }

    private BucketInfo info(BucketRow row, boolean withDocuments) {
        BucketId id = new BucketId(row.getId());
        Map<DocumentKind, Document> documents = new EnumMap<>(DocumentKind.class);
        if (withDocuments) {
            for (String kind : row.getDocumentsList()) {
                byte[] document = rows.get(Family.DOCUMENT, Keys.document(id, kind));
                if (document == null) {
                    throw new IllegalStateException("document " + kind + " of bucket " + row.getName() + " is lost");
                }
                documents.put(DocumentKind.valueOf(kind), new Document(document));
            }
        }
        return new BucketInfo(
                id,
                new BucketName(row.getName()),
                row.getOwner(),
                Instant.ofEpochMilli(row.getCreatedMillis()),
                BucketCommands.versioning(row),
                documents);
    }
}
