package flare.object;

import flare.data.DataNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.data.DataNodes;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.Query.CopyStanding;
import flare.metadata.Query.OpenedObject;
import flare.metadata.Session.Pin;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where an object's bytes are: each of its chunks with every copy that the metadata knows of, a page at a time, since the
 * chunk list of a long object does not fit into memory. Asks the nodes themselves only where that is wanted.
 */
public final class ObjectLocator {

    /** Chunks of a page. */
    public static final int MAX_PAGE = 256;

    /** Copies that are verified at once are those of so many chunks: each is read whole on its node's disk. */
    private static final int VERIFIED_AT_ONCE = 8;

    private final Metadata metadata;
    private final DataNodes dataNodes;
    private final Buckets buckets;
    private final DamageReport damage;

    ObjectLocator(Metadata metadata, DataNodes dataNodes, Buckets buckets, DamageReport damage) {
        this.metadata = metadata;
        this.dataNodes = dataNodes;
        this.buckets = buckets;
        this.damage = damage;
    }

    /**
     * @param version empty: the key's newest
     * @param from the byte of the object that the page begins with
     * @param limit pieces, 1 to {@link #MAX_PAGE}
     * @param verify whether the nodes are to read and check their copies
     */
    public record Question(
            BucketName bucket, ObjectKey key, Optional<VersionId> version, long from, int limit, boolean verify) {

        public Question {
            if (from < 0) {
                throw new FlareException(
                        Fault.INVALID_ARGUMENT, "from = " + from + " is not allowed: the number of a byte is");
            }
            if (limit < 1 || limit > MAX_PAGE) {
                throw new FlareException(
                        Fault.INVALID_ARGUMENT, "limit = " + limit + " is not allowed: 1 to " + MAX_PAGE + " is");
            }
        }
    }

    /** @param next the byte that the next page begins with; empty on the last page */
    public record Page(ObjectInfo info, List<Piece> pieces, OptionalLong next) {
        public Page {
            pieces = List.copyOf(pieces);
        }
    }

    /**
     * A run of the object's bytes.
     *
     * @param chunk that holds them; empty where the metadata itself does
     * @param copies of the chunk
     */
    public record Piece(long offset, long length, Optional<ChunkRecord> chunk, List<Copy> copies) {
        public Piece {
            copies = List.copyOf(copies);
        }

        Piece with(List<Copy> others) {
            return new Piece(offset, length, chunk, others);
        }
    }

    /**
     * @param standing LOCATED, PENDING or FREED
     * @param check empty where the node was not asked
     */
    public record Copy(NodeInfo node, CopyStanding standing, Optional<Check> check) {}

    /** @param note why, one sentence; empty where the copy is sound */
    public record Check(Verdict verdict, String note) {}

    /** What a node says of its copy. */
    public enum Verdict {
        /** Read whole, and length and checksum are those of the record. */
        SOUND,
        CORRUPT,
        MISSING,
        /** The node does not answer, or can't now: nothing is known of the copy. */
        UNKNOWN
    }

    /** Refuses as {@link Query.OpenObject}; INVALID_ARGUMENT for a byte behind the object's end. */
    public CompletionStage<Page> page(Question question) {
        return CompletableFuture.completedFuture(question)
                .thenCompose(asked -> {
                    Pin pin = metadata.session().pin();
                    return opened(asked, pin)
                            .thenCompose(object -> cut(object, asked))
                            .thenCompose(this::withCopies)
                            .thenCompose(page -> asked.verify() ? verified(page) : done(page))
                            .whenComplete((page, failure) -> pin.close());
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(explained(Failures.named(failure))));
    }

    private CompletionStage<OpenedObject> opened(Question asked, Pin pin) {
        return buckets.with(
                asked.bucket(),
                id -> metadata.read(
                        new Query.OpenObject(id, asked.key(), asked.version(), Optional.empty(), pin.session())));
    }

    private static FlareException explained(FlareException failure) {
        return failure.deleteMarker()
                .map(marker -> FlareException.ofDeleteMarker(
                        failure.fault(),
                        failure.getMessage() + ": what stands there is the delete marker " + marker
                                + ", which has no bytes; an older version may be there under its id",
                        marker))
                .orElse(failure);
    }

    private CompletionStage<Page> cut(OpenedObject object, Question asked) {
        long size = object.info().size();
        if (asked.from() > 0 && asked.from() >= size) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "from = " + asked.from() + " is not allowed: the object has " + size + " bytes");
        }
        if (object.content() instanceof Query.Content.Extents content && size > 0) {
            List<Segment> segments = Segment.of(content.extents(), new ByteRange(asked.from(), size - asked.from()));
            return pieces(new Cut(object.info(), asked, content.firstChunks()), segments, new ArrayList<>());
        }
        List<Piece> whole = size == 0 ? List.of() : List.of(here(asked.from(), size - asked.from()));
        return done(new Page(object.info(), whole, OptionalLong.empty()));
    }

    private record Cut(ObjectInfo info, Question asked, List<ChunkRecord> known) {

        Page page(List<Piece> found) {
            List<Piece> wanted = found.subList(0, Math.min(found.size(), asked.limit()));
            long end = end(wanted);
            return new Page(info, wanted, end < info.size() ? OptionalLong.of(end) : OptionalLong.empty());
        }

        long end(List<Piece> found) {
            return found.isEmpty()
                    ? asked.from()
                    : found.get(found.size() - 1).offset()
                            + found.get(found.size() - 1).length();
        }
    }

    private CompletionStage<Page> pieces(Cut cut, List<Segment> segments, List<Piece> found) {
        if (segments.isEmpty() || found.size() >= cut.asked().limit()) {
            return done(cut.page(found));
        }
        List<Segment> rest = segments.subList(1, segments.size());
        if (segments.get(0) instanceof Segment.Chunks chunks) {
            ChunkPages pages = ChunkPages.of(metadata, chunks.slices(), cut.known());
            return chunks(cut, pages, ChunkPages.start(), found).thenCompose(all -> pieces(cut, rest, all));
        }
        int bytes = ((Segment.Here) segments.get(0)).bytes().size();
        found.add(here(cut.end(found), bytes));
        return pieces(cut, rest, found);
    }

    private static Piece here(long offset, long length) {
        return new Piece(offset, length, Optional.empty(), List.of());
    }

    private CompletionStage<List<Piece>> chunks(Cut cut, ChunkPages pages, ChunkPages.Position at, List<Piece> found) {
        if (pages.isEnd(at) || found.size() >= cut.asked().limit()) {
            return done(found);
        }
        return pages.page(at).thenCompose(page -> {
            for (ChunkPart part : page.parts()) {
                found.add(new Piece(cut.end(found), part.wanted().length(), Optional.of(part.chunk()), List.of()));
            }
            return chunks(cut, pages, page.next(), found);
        });
    }

    /** Every node is asked of, not only those of the record: a copy on its way in or out is no location. */
    private CompletionStage<Page> withCopies(Page page) {
        List<ChunkId> chunks = page.pieces().stream()
                .flatMap(piece -> piece.chunk().stream())
                .map(ChunkRecord::id)
                .distinct()
                .toList();
        if (chunks.isEmpty()) {
            return done(page);
        }
        return metadata.read(new Query.ListNodes()).thenCompose(usages -> {
            CompletionStage<Map<ChunkId, List<Copy>>> copies = done(new HashMap<>());
            for (Query.NodeUsage usage : usages) {
                if (usage.node().state() != NodeState.REMOVED) {
                    copies = copies.thenCombine(
                            metadata.read(new Query.ExplainCopies(usage.node().id(), chunks)),
                            (so, standings) -> added(so, usage.node(), chunks, standings));
                }
            }
            return copies.thenApply(all -> new Page(
                    page.info(),
                    page.pieces().stream()
                            .map(piece -> piece.with(piece.chunk()
                                    .map(chunk -> all.getOrDefault(chunk.id(), List.of()))
                                    .orElse(List.of())))
                            .toList(),
                    page.next()));
        });
    }

    private static Map<ChunkId, List<Copy>> added(
            Map<ChunkId, List<Copy>> copies, NodeInfo node, List<ChunkId> chunks, List<CopyStanding> standings) {
        for (int i = 0; i < chunks.size(); i++) {
            CopyStanding standing = standings.get(i);
            if (standing == CopyStanding.LOCATED
                    || standing == CopyStanding.PENDING
                    || standing == CopyStanding.FREED) {
                copies.computeIfAbsent(chunks.get(i), chunk -> new ArrayList<>())
                        .add(new Copy(node, standing, Optional.empty()));
            }
        }
        return copies;
    }

    private CompletionStage<Page> verified(Page page) {
        CompletionStage<List<Piece>> checked = done(new ArrayList<>());
        for (int begin = 0; begin < page.pieces().size(); begin += VERIFIED_AT_ONCE) {
            List<Piece> batch = page.pieces()
                    .subList(
                            begin,
                            Math.min(begin + VERIFIED_AT_ONCE, page.pieces().size()));
            checked = checked.thenCompose(before -> {
                CompletionStage<List<Piece>> all = done(before);
                for (Piece piece : batch) {
                    all = all.thenCombine(checked(piece), (list, one) -> {
                        list.add(one);
                        return list;
                    });
                }
                return all;
            });
        }
        return checked.thenApply(pieces -> new Page(page.info(), pieces, page.next()));
    }

    private CompletionStage<Piece> checked(Piece piece) {
        CompletionStage<List<Copy>> all = done(new ArrayList<>());
        for (Copy copy : piece.copies()) {
            all = all.thenCombine(checked(piece.chunk().orElseThrow(), copy), (list, one) -> {
                list.add(one);
                return list;
            });
        }
        return all.thenApply(piece::with);
    }

    private CompletionStage<Copy> checked(ChunkRecord chunk, Copy copy) {
        if (copy.standing() != CopyStanding.LOCATED) {
            return done(copy);
        }
        NodeId id = copy.node().id();
        Optional<DataNode> node = dataNodes.find(id);
        CompletionStage<Check> check = node.isEmpty()
                ? done(new Check(
                        Verdict.UNKNOWN, "node " + id + " is " + copy.node().state() + " and is not called"))
                : node.get().verify(chunk.id()).handle((receipt, failure) -> judged(chunk, receipt, failure));
        return check.thenApply(judged -> {
            if (judged.verdict() == Verdict.CORRUPT || judged.verdict() == Verdict.MISSING) {
                damage.suspect(chunk, id);
            }
            return new Copy(copy.node(), copy.standing(), Optional.of(judged));
        });
    }

    private static Check judged(ChunkRecord chunk, @Nullable CopyReceipt receipt, @Nullable Throwable failure) {
        if (receipt == null) {
            Throwable bare = Failures.unwrap(failure == null ? new IllegalStateException("no answer") : failure);
            Kind kind = bare instanceof DataNodeException named ? named.kind() : Kind.UNREACHABLE;
            Verdict verdict = switch (kind) {
                case CORRUPT -> Verdict.CORRUPT;
                case NOT_FOUND -> Verdict.MISSING;
                default -> Verdict.UNKNOWN;
            };
            return new Check(verdict, String.valueOf(bare.getMessage()));
        }
        return receipt.length() == chunk.length() && receipt.crc32c() == chunk.crc32c()
                ? new Check(Verdict.SOUND, "")
                : new Check(
                        Verdict.CORRUPT,
                        String.format(
                                "recorded are %d bytes with CRC32C %08x, the node has %d with %08x",
                                chunk.length(), chunk.crc32c(), receipt.length(), receipt.crc32c()));
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
