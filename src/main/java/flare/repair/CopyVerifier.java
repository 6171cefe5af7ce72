package flare.repair;

import flare.data.DataNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException;
import flare.data.DataNodes;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Has data nodes read and check their copies: all nodes at once, each a few at a time. A node that does not answer in time is
 * not asked for the rest of the chunks at hand.
 */
final class CopyVerifier {

    enum Verdict {
        GOOD,
        CORRUPT,
        MISSING,
        /** Nothing is known of the copy. */
        UNANSWERED
    }

    private record Question(ChunkRecord chunk, Map<NodeId, Verdict> verdicts) {}

    private final DataNodes dataNodes;
    private final Predicate<NodeId> mayAnswer;
    private final int perNode;
    private final Duration limit;

    /**
     * @param mayAnswer false for nodes that are known to be down
     * @param perNode checks under way on one node
     * @param limit on one check
     */
    CopyVerifier(DataNodes dataNodes, Predicate<NodeId> mayAnswer, int perNode, Duration limit) {
        this.dataNodes = dataNodes;
        this.mayAnswer = mayAnswer;
        this.perNode = perNode;
        this.limit = limit;
    }

    /** Of each chunk, by id, what its nodes say; never fails. Waits. */
    Map<ChunkId, Map<NodeId, Verdict>> verify(List<ChunkRecord> chunks) {
        Map<ChunkId, Map<NodeId, Verdict>> verdicts = new TreeMap<>();
        Map<NodeId, List<Question>> byNode = new HashMap<>();
        for (ChunkRecord chunk : chunks) {
            Map<NodeId, Verdict> ofChunk = new ConcurrentHashMap<>();
            verdicts.put(chunk.id(), ofChunk);
            chunk.nodes()
                    .forEach(node -> byNode.computeIfAbsent(node, id -> new ArrayList<>())
                            .add(new Question(chunk, ofChunk)));
        }
        Set<NodeId> silent = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Void>> chains = new ArrayList<>();
        byNode.forEach((node, onNode) -> {
            for (int first = 0; first < Math.min(perNode, onNode.size()); first++) {
                CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
                for (int i = first; i < onNode.size(); i += perNode) {
                    Question question = onNode.get(i);
                    chain = chain.thenCompose(done -> verify(question.chunk, node, silent))
                            .thenAccept(verdict -> question.verdicts.put(node, verdict));
                }
                chains.add(chain);
            }
        });
        CompletableFuture.allOf(chains.toArray(CompletableFuture[]::new)).join();
        return verdicts;
    }

    private CompletableFuture<Verdict> verify(ChunkRecord chunk, NodeId id, Set<NodeId> silent) {
        Optional<DataNode> node = dataNodes.find(id);
        if (node.isEmpty() || silent.contains(id) || !mayAnswer.test(id)) {
            return CompletableFuture.completedFuture(Verdict.UNANSWERED);
        }
        return CompletableFuture.completedFuture(node.get())
                .thenCompose(asked -> asked.verify(chunk.id()))
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .handle((receipt, failure) -> {
                    Verdict verdict = verdict(chunk, receipt, failure);
                    if (isSilence(failure)) {
                        silent.add(id);
                    }
                    return verdict;
                });
    }

    private static Verdict verdict(ChunkRecord chunk, @Nullable CopyReceipt receipt, @Nullable Throwable failure) {
        if (receipt != null) {
            boolean good = receipt.length() == chunk.length() && receipt.crc32c() == chunk.crc32c();
            return good ? Verdict.GOOD : Verdict.CORRUPT;
        }
        if (cause(failure) instanceof DataNodeException refused) {
            return switch (refused.kind()) {
                case CORRUPT -> Verdict.CORRUPT;
                case NOT_FOUND -> Verdict.MISSING;
                default -> Verdict.UNANSWERED;
            };
        }
        return Verdict.UNANSWERED;
    }

    private static boolean isSilence(@Nullable Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof TimeoutException
                || (cause instanceof DataNodeException refused && refused.kind() == DataNodeException.Kind.UNREACHABLE);
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
