package flare.object;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.Query.Slice;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.model.BlobId;
import flare.model.ByteRange;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ChunkPagesTest {

    /** Blobs as long lists of chunks. */
    private static final class Blobs implements Metadata {
        private final Map<BlobId, List<ChunkRecord>> chunks = new HashMap<>();
        private int queries;

        List<ChunkRecord> of(BlobId blob) {
            return Objects.requireNonNull(chunks.get(blob));
        }

        BlobId add(long counter, long chunkBytes, long length) {
            BlobId blob = new BlobId(1, counter);
            List<ChunkRecord> records = new ArrayList<>();
            for (long at = 0; at < length; at += chunkBytes) {
                records.add(new ChunkRecord(
                        new ChunkId(blob, records.size()),
                        Math.min(chunkBytes, length - at),
                        0,
                        List.of(new NodeId(1))));
            }
            chunks.put(blob, records);
            return blob;
        }

        @Override
        public <R> CompletionStage<R> submit(flare.metadata.Command<R> command) {
            throw new UnsupportedOperationException();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <R> CompletionStage<R> read(Query<R> query) {
            queries++;
            Query.ListChunks list = (Query.ListChunks) query;
            assertThat(list.limit()).isLessThanOrEqualTo(256);
            return (CompletionStage<R>) CompletableFuture.completedFuture(of(list.blob()).stream()
                    .skip(list.fromOrdinal())
                    .limit(list.limit())
                    .toList());
        }

        @Override
        public Session session() {
            throw new UnsupportedOperationException();
        }

        @Override
        public RaftStatus status() {
            throw new UnsupportedOperationException();
        }
    }

    private static List<ChunkPart> all(ChunkPages pages) {
        List<ChunkPart> parts = new ArrayList<>();
        ChunkPages.Position at = ChunkPages.start();
        while (!pages.isEnd(at)) {
            ChunkPages.Page page = pages.page(at).toCompletableFuture().join();
            assertThat(page.parts()).isNotEmpty();
            parts.addAll(page.parts());
            at = page.next();
        }
        return parts;
    }

    /** The bytes as (blob, offset in blob) runs, laid end to end and merged. */
    private static List<Slice> runs(List<ChunkPart> parts, Map<BlobId, Long> chunkBytes) {
        List<Slice> runs = new ArrayList<>();
        for (ChunkPart part : parts) {
            BlobId blob = part.chunk().id().blob();
            long offset = part.chunk().id().ordinal() * chunkBytes.getOrDefault(blob, 0L)
                    + part.wanted().offset();
            Slice last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (last != null && last.blob().equals(blob) && last.offset() + last.length() == offset) {
                runs.set(
                        runs.size() - 1,
                        new Slice(
                                blob,
                                last.offset(),
                                last.length() + part.wanted().length()));
            } else {
                runs.add(new Slice(blob, offset, part.wanted().length()));
            }
        }
        return runs;
    }

    @Test
    void anyRangeOfAnySlicesComesOutByteForByte() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            Blobs blobs = new Blobs();
            Map<BlobId, Long> chunkBytes = new HashMap<>();
            List<Slice> slices = new ArrayList<>();
            long total = 0;
            for (int i = 0; i <= random.nextInt(4); i++) {
                long size = 1L + random.nextInt(100);
                long length = 1L + random.nextInt(60_000);
                BlobId blob = blobs.add(i, size, length);
                chunkBytes.put(blob, size);
                long from = random.nextBoolean() ? 0 : random.nextInt((int) length);
                long until = from + 1 + random.nextInt((int) (length - from));
                slices.add(new Slice(blob, from, until - from));
                total += until - from;
            }
            int known = random.nextInt(4);
            List<ChunkRecord> first =
                    blobs.of(slices.get(0).blob()).stream().limit(known).toList();
            long offset = random.nextInt((int) total);
            ByteRange range = new ByteRange(offset, 1 + random.nextInt((int) (total - offset)));
            ChunkPages pages = ChunkPages.of(blobs, new Query.Content.Extents(slices, first), range);
            assertThat(runs(all(pages), chunkBytes))
                    .as("seed %s round %s", seed, round)
                    .isEqualTo(ChunkPages.cut(slices, range));
        }
    }

    @Test
    void smallObjectsNeedNoQuery() {
        Blobs blobs = new Blobs();
        BlobId blob = blobs.add(1, 100, 150);
        ChunkPages pages = ChunkPages.of(
                blobs,
                new Query.Content.Extents(List.of(new Slice(blob, 0, 150)), blobs.of(blob)),
                new ByteRange(0, 150));
        assertThat(all(pages)).hasSize(2);
        assertThat(blobs.queries).isZero();
    }

    @Test
    void theEndOfALongBlobIsFoundWithoutTheChunksBeforeIt() {
        Blobs blobs = new Blobs();
        BlobId blob = blobs.add(1, 1, 100_000);
        ChunkPages pages = ChunkPages.of(
                blobs,
                new Query.Content.Extents(
                        List.of(new Slice(blob, 0, 100_000)), blobs.of(blob).subList(0, 2)),
                new ByteRange(99_999, 1));
        assertThat(all(pages)).hasSize(1);
        assertThat(blobs.queries).isEqualTo(1);
    }
}
