package flare.object;

import flare.metadata.Session;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Which copies of one upload may exist on data nodes: every one that was begun, whatever became of it. All are reported
 * when the blob is abandoned, those it went on without when it was committed. Thread-safe.
 */
final class UploadTrace {

    private static final long UNKNOWN_LENGTH = 1;

    private final Map<ChunkId, List<NodeId>> begun = new TreeMap<>();
    private final List<CompletableFuture<?>> answers = new ArrayList<>();

    /** @param answer completes, in whatever way, when the node has said what became of the copy */
    synchronized void begin(ChunkId chunk, NodeId node, CompletionStage<?> answer) {
        begun.computeIfAbsent(chunk, id -> new ArrayList<>()).add(node);
        answers.removeIf(CompletableFuture::isDone);
        answers.add(answer.toCompletableFuture());
    }

    /** A chunk is about to be placed; {@code end} completes when no further copy of it will be begun. */
    synchronized void expect(CompletionStage<?> end) {
        answers.removeIf(CompletableFuture::isDone);
        answers.add(end.toCompletableFuture());
    }

    /**
     * Abandons the blob once every node has answered, so that no copy appears behind the report, or after {@code limit};
     * what appears later is an orphan and found by the sweep. No further chunk may be expected by now.
     */
    void abandon(Session session, BlobId blob, Duration limit) {
        whenAnswered(limit, () -> session.abandon(blob, begunChunks()));
    }

    /**
     * Reports what a committed blob was begun with and goes without, as late as {@link #abandon} would: a node may still
     * be writing a copy that was dropped.
     *
     * @param committed all chunks of the blob, with the nodes that are their locations
     */
    void leaveOver(Session session, BlobId blob, List<ChunkRecord> committed, Duration limit) {
        List<ChunkRecord> others = begunOtherThan(committed);
        if (!others.isEmpty()) {
            whenAnswered(limit, () -> session.leftOver(blob, others));
        }
    }

    private void whenAnswered(Duration limit, Runnable report) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        awaitAnswers(answered);
        CompletionStage<Void> inTime = answered.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        inTime.whenComplete((all, late) -> report(report));
    }

    /** A chunk that ends may have begun copies since, so this looks again until nothing is open. */
    private void awaitAnswers(CompletableFuture<Void> answered) {
        CompletableFuture<?>[] open;
        synchronized (this) {
            answers.removeIf(CompletableFuture::isDone);
            open = answers.toArray(CompletableFuture<?>[]::new);
        }
        if (open.length == 0 || answered.isDone()) {
            answered.complete(null);
            return;
        }
        CompletionStage<Void> all = CompletableFuture.allOf(open);
        all.whenComplete((done, failure) -> awaitAnswers(answered));
    }

    private synchronized List<ChunkRecord> begunChunks() {
        return begun.entrySet().stream()
                .map(entry -> new ChunkRecord(entry.getKey(), UNKNOWN_LENGTH, 0, entry.getValue()))
                .toList();
    }

    private synchronized List<ChunkRecord> begunOtherThan(List<ChunkRecord> committed) {
        List<ChunkRecord> others = new ArrayList<>();
        for (ChunkRecord chunk : committed) {
            List<NodeId> nodes = new ArrayList<>(begun.getOrDefault(chunk.id(), List.of()));
            nodes.removeAll(chunk.nodes());
            if (!nodes.isEmpty()) {
                others.add(new ChunkRecord(chunk.id(), UNKNOWN_LENGTH, 0, nodes));
            }
        }
        return others;
    }

    /** The session may have ended meanwhile: then its blobs are the sweep's, and there is nobody to report to. */
    static void report(Runnable call) {
        try {
            call.run();
        } catch (FlareException e) {
            if (e.fault() != Fault.UNAVAILABLE) {
                throw e;
            }
        }
    }
}
