package flare.object;

import flare.metadata.Query;
import flare.metadata.Query.Content;
import flare.metadata.Query.OpenedObject;
import flare.model.ByteRange;
import flare.model.ChunkRecord;
import flare.model.ObjectInfo;
import flare.object.ObjectService.CopySource;
import flare.object.ObjectService.ObjectRead;
import flare.object.ObjectService.VersionRef;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Downloads: pin, record, first chunk open and its table checked; then the caller gets the rest as a stream. So damage
 * that is there from the start is a clean refusal and not a broken connection.
 *
 * <pre>
 *  parts ──► opened ahead ──► FailoverRead of one after the other ──► ReadGuard ──►
 * </pre>
 */
final class ReadPath {

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final Buckets buckets;
    private final CopyReader reader;
    private final DamageReport damage;

    ReadPath(ObjectEnvironment environment, ObjectMetrics metrics, Buckets buckets, DamageReport damage) {
        this.environment = environment;
        this.metrics = metrics;
        this.buckets = buckets;
        this.damage = damage;
        this.reader = new CopyReader(environment, new Hedging(environment, metrics));
    }

    /** @param part the number of that which is to be found with it */
    CompletionStage<ObjectRead> get(
            VersionRef object, Optional<Integer> part, Function<OpenedObject, Optional<ByteRange>> range) {
        return leased(
                lease -> buckets.with(
                        object.bucket(),
                        id -> environment
                                .metadata()
                                .read(new Query.OpenObject(id, object.key(), object.version(), part, lease.session()))),
                range);
    }

    CompletionStage<ObjectRead> get(CopySource object, Function<OpenedObject, Optional<ByteRange>> range) {
        return leased(
                lease -> environment
                        .metadata()
                        .read(new Query.OpenObject(
                                object.bucket(), object.key(), object.version(), Optional.empty(), lease.session())),
                range);
    }

    private CompletionStage<ObjectRead> leased(
            Function<ReadLease, CompletionStage<OpenedObject>> record,
            Function<OpenedObject, Optional<ByteRange>> range) {
        return CompletableFuture.completedFuture(environment.metadata())
                .thenApply(metadata -> new ReadLease(metadata.session().pin(), metrics))
                .thenCompose(lease -> record.apply(lease)
                        .thenCompose(opened -> open(opened, range.apply(opened), lease))
                        .whenComplete((read, failure) -> {
                            if (failure != null) {
                                lease.close();
                            }
                        }))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }

    private CompletionStage<ObjectRead> open(OpenedObject opened, Optional<ByteRange> range, ReadLease lease) {
        ObjectInfo info = opened.info();
        if (opened.content() instanceof Content.Inline inline) {
            lease.close();
            metrics.downloaded(range.map(ByteRange::length).orElse(info.size()));
            return CompletableFuture.completedFuture(atHand(info, range, inline));
        }
        lease.admit(environment.settings().downloadsAtOnce());
        ByteRange wanted = range.orElseGet(() -> new ByteRange(0, info.size()));
        Content.Extents content = (Content.Extents) opened.content();
        List<Segment> segments = Segment.of(content.extents(), wanted);
        return begun(segments.get(0), content, lease)
                .thenApply(first -> {
                    Source<ByteString, NotUsed> bytes = first;
                    for (Segment later : segments.subList(1, segments.size())) {
                        bytes = bytes.concatLazy(later(later, lease));
                    }
                    ReadGuard guard = new ReadGuard(lease, environment.session(), metrics, ReadGuard.RATE_WINDOW);
                    return new ObjectRead(info, range, bytes.via(guard));
                })
                .thenApply(read -> {
                    lease.expireWith(expiry(lease));
                    return read;
                });
    }

    /** What comes first is open and known to be good before the caller hears of it. */
    private CompletionStage<Source<ByteString, NotUsed>> begun(
            Segment segment, Content.Extents content, ReadLease lease) {
        if (segment instanceof Segment.Here here) {
            return CompletableFuture.completedFuture(Source.single(here.bytes()));
        }
        List<ChunkRecord> known = content.extents().get(0) instanceof Query.Slice ? content.firstChunks() : List.of();
        ChunkPages pages = ChunkPages.of(environment.metadata(), ((Segment.Chunks) segment).slices(), known);
        return pages.page(ChunkPages.start()).thenCompose(page -> {
            PartRead first = lease.openAhead(partRead(page.parts().get(0)));
            return first.open().thenApply(open -> bytes(pages, page, first, lease));
        });
    }

    private Source<ByteString, NotUsed> later(Segment segment, ReadLease lease) {
        if (segment instanceof Segment.Here here) {
            return Source.single(here.bytes());
        }
        ChunkPages pages = ChunkPages.of(environment.metadata(), ((Segment.Chunks) segment).slices(), List.of());
        return Source.unfoldAsync(ChunkPages.start(), pages::unfold)
                .mapConcat(parts -> parts)
                .map(this::partRead)
                .flatMapConcat(part -> source(part, lease));
    }

    private Cancellable expiry(ReadLease lease) {
        ActorSystem system = environment.materializer().system();
        return system.scheduler()
                .scheduleOnce(environment.settings().readStallTimeout(), lease::closeUnlessBegun, system.dispatcher());
    }

    private static ObjectRead atHand(ObjectInfo info, Optional<ByteRange> range, Content.Inline inline) {
        ByteString all = ByteString.fromArrayUnsafe(inline.bytes());
        ByteString wanted = range.map(part -> all.slice((int) part.offset(), (int) part.end()))
                .orElse(all);
        Source<ByteString, NotUsed> bytes = wanted.isEmpty() ? Source.empty() : Source.single(wanted);
        return new ObjectRead(info, range, bytes, Optional.of(wanted));
    }

    private Source<ByteString, NotUsed> bytes(ChunkPages pages, ChunkPages.Page page, PartRead first, ReadLease lease) {
        boolean onePart = page.parts().size() == 1 && pages.isEnd(page.next());
        return onePart ? source(first, lease) : manyParts(pages, page, first, lease);
    }

    private Source<ByteString, NotUsed> manyParts(
            ChunkPages pages, ChunkPages.Page page, PartRead first, ReadLease lease) {
        List<ChunkPart> restOfPage = page.parts().subList(1, page.parts().size());
        Source<ChunkPart, NotUsed> laterPages =
                Source.unfoldAsync(page.next(), pages::unfold).mapConcat(parts -> parts);
        Source<PartRead, NotUsed> rest =
                Source.from(restOfPage).concatLazy(laterPages).map(this::partRead);
        int readAhead = environment.settings().readAhead();
        Source<PartRead, NotUsed> parts = readAhead == 0
                ? Source.single(first).concatLazy(rest)
                : Source.single(first)
                        .concatLazy(rest.map(lease::openAhead))
                        .buffer(readAhead, OverflowStrategy.backpressure());
        return parts.flatMapConcat(part -> source(part, lease));
    }

    private PartRead partRead(ChunkPart part) {
        return new PartRead(reader, damage, metrics, part);
    }

    private Source<ByteString, NotUsed> source(PartRead part, ReadLease lease) {
        return FailoverRead.of(part, environment).mapMaterializedValue(started -> {
            lease.take(part);
            return started;
        });
    }
}
