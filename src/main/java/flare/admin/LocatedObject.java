package flare.admin;

import flare.model.BucketName;
import flare.model.ChunkRecord;
import flare.object.ObjectLocator;
import flare.object.ObjectLocator.Check;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code GET /admin/objects/locate}: a page of an object's bytes in order, and where they are.
 *
 * @param version as clients name it
 * @param internalVersion never used twice: pages with the same one are pages of the same object
 * @param next the {@code from} of the next page; null on the last one
 */
public record LocatedObject(
        String bucket,
        String key,
        String version,
        long internalVersion,
        String etag,
        long size,
        String lastModified,
        List<Piece> pieces,
        @Nullable Long next) {

    public LocatedObject {
        pieces = List.copyOf(pieces);
    }

    /**
     * A run of the object's bytes.
     *
     * @param chunk {@code {blob}/{ordinal}}; null where the bytes are in the metadata itself, as are its length and checksum
     * @param chunkLength of the whole chunk, of which a copied range may use a part
     * @param crc32c of the whole chunk, eight hex digits
     */
    public record Piece(
            long offset,
            long length,
            @Nullable String chunk,
            @Nullable Long chunkLength,
            @Nullable String crc32c,
            List<Copy> copies) {

        public Piece {
            copies = List.copyOf(copies);
        }
    }

    /**
     * @param nodeState active, draining or lost
     * @param state located; pending while it is made; freed while it waits to be deleted
     * @param check sound, corrupt, missing or unknown; null where the node was not asked
     * @param note why; null where there is nothing to say
     */
    public record Copy(
            int node,
            String url,
            String zone,
            String nodeState,
            String state,
            @Nullable String check,
            @Nullable String note) {}

    static LocatedObject of(BucketName bucket, ObjectLocator.Page page) {
        return new LocatedObject(
                bucket.value(),
                page.info().key().text(),
                page.info().versionId().toString(),
                page.info().version(),
                page.info().etag(),
                page.info().size(),
                page.info().lastModified().toString(),
                page.pieces().stream().map(LocatedObject::piece).toList(),
                page.next().isPresent() ? page.next().getAsLong() : null);
    }

    private static Piece piece(ObjectLocator.Piece piece) {
        ChunkRecord chunk = piece.chunk().orElse(null);
        return new Piece(
                piece.offset(),
                piece.length(),
                chunk == null ? null : chunk.id().toString(),
                chunk == null ? null : chunk.length(),
                chunk == null ? null : String.format("%08x", chunk.crc32c()),
                piece.copies().stream().map(LocatedObject::copy).toList());
    }

    private static Copy copy(ObjectLocator.Copy copy) {
        Check check = copy.check().orElse(null);
        return new Copy(
                copy.node().id().value(),
                copy.node().url().toString(),
                copy.node().zone(),
                lower(copy.node().state()),
                lower(copy.standing()),
                check == null ? null : lower(check.verdict()),
                check == null || check.note().isEmpty() ? null : check.note());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
