package flare.object;

import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.Query.Slice;
import flare.model.BlobId;
import flare.model.ByteRange;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;

/**
 * Which bytes of which chunks make up a range of an object, a page at a time: a chunk list may be too long for memory.
 *
 * <p>All chunks of a blob but its last have the length of its first, so an offset leads to its chunk without the ones
 * before it.
 */
final class ChunkPages {

    private static final int PAGE_CHUNKS = 256;

    private final Metadata metadata;
    private final List<Slice> slices;
    private final List<ChunkRecord> known;

    /** @param known the leading chunks of the first slice's blob, as far as they came with the object's record */
    private ChunkPages(Metadata metadata, List<Slice> slices, List<ChunkRecord> known) {
        this.metadata = metadata;
        this.slices = slices;
        this.known = known;
    }

    /** @param known the leading chunks of the first slice's blob, as far as they are known */
    static ChunkPages of(Metadata metadata, List<Slice> slices, List<ChunkRecord> known) {
        return new ChunkPages(metadata, slices, known);
    }

    static ChunkPages of(Metadata metadata, Query.Content.Extents content, ByteRange range) {
        return of(
                metadata,
                cut(content.extents().stream().map(Slice.class::cast).toList(), range),
                content.firstChunks());
    }

    /** The parts of slices, laid end to end, that a range covers. */
    static List<Slice> cut(List<Slice> slices, ByteRange range) {
        List<Slice> cut = new ArrayList<>();
        long start = 0;
        for (Slice slice : slices) {
            long from = Math.max(range.offset(), start);
            long until = Math.min(range.end(), start + slice.length());
            if (from < until) {
                cut.add(new Slice(slice.blob(), slice.offset() + from - start, until - from));
            }
            start += slice.length();
        }
        if (range.end() > start) {
            throw new IllegalArgumentException(range + " of slices of " + start + " bytes");
        }
        return cut;
    }

    /** @param doneBytes of the slice that earlier pages cover */
    record Position(int slice, long doneBytes) {}

    record Page(List<ChunkPart> parts, Position next) {}

    static Position start() {
        return new Position(0, 0);
    }

    boolean isEnd(Position position) {
        return position.slice() == slices.size();
    }

    /** At least one part, unless at the end. */
    CompletionStage<Page> page(Position at) {
        Slice slice = slices.get(at.slice());
        long offset = slice.offset() + at.doneBytes();
        if (isKnown(slice.blob(), offset)) {
            return CompletableFuture.completedFuture(
                    page(at, known, known.get(0).length()));
        }
        return chunkBytes(slice.blob())
                .thenCompose(chunkBytes -> metadata.read(
                                new Query.ListChunks(slice.blob(), Math.toIntExact(offset / chunkBytes), PAGE_CHUNKS))
                        .thenApply(chunks -> page(at, chunks, chunkBytes)));
    }

    private boolean isKnown(BlobId blob, long offset) {
        return !known.isEmpty()
                && known.get(0).id().blob().equals(blob)
                && known.get(0).id().ordinal() == 0
                && offset / known.get(0).length() < known.size();
    }

    private CompletionStage<Long> chunkBytes(BlobId blob) {
        if (isKnown(blob, 0)) {
            return CompletableFuture.completedFuture(known.get(0).length());
        }
        return metadata.read(new Query.ListChunks(blob, 0, 1)).thenApply(first -> {
            if (first.isEmpty()) {
                throw damaged("blob " + blob + " has no chunk 0");
            }
            return first.get(0).length();
        });
    }

    /** What the chunks, each at its place of {@code chunkBytes} times its ordinal, give of the slice from a position on. */
    private Page page(Position at, List<ChunkRecord> chunks, long chunkBytes) {
        Slice slice = slices.get(at.slice());
        long end = slice.offset() + slice.length();
        long offset = slice.offset() + at.doneBytes();
        List<ChunkPart> parts = new ArrayList<>();
        for (ChunkRecord chunk : chunks) {
            long start = chunk.id().ordinal() * chunkBytes;
            if (start + chunk.length() <= offset && chunk.length() == chunkBytes) {
                continue;
            }
            if (offset == end) {
                break;
            }
            long until = Math.min(end, start + chunk.length());
            if (start > offset || until <= offset) {
                throw damaged("chunk " + chunk.id() + " of " + chunk.length() + " bytes does not hold byte " + offset);
            }
            parts.add(new ChunkPart(chunk, new ByteRange(offset - start, until - offset)));
            offset = until;
        }
        if (parts.isEmpty()) {
            throw damaged("blob " + slice.blob() + " has no chunk with byte " + offset);
        }
        Position next =
                offset == end ? new Position(at.slice() + 1, 0) : new Position(at.slice(), offset - slice.offset());
        return new Page(parts, next);
    }

    private static FlareException damaged(String message) {
        return new FlareException(Fault.INTERNAL, message);
    }

    /** One page and where the next begins, as {@code Source.unfoldAsync} wants it; empty at the end. */
    CompletionStage<Optional<Pair<Position, List<ChunkPart>>>> unfold(Position at) {
        if (isEnd(at)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return page(at).thenApply(page -> Optional.of(Pair.create(page.next(), page.parts())));
    }
}
