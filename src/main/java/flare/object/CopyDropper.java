package flare.object;

import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.metadata.Command;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.NodeId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Drops the location of a damaged copy, so that repair makes it good. The node is asked to check its copy first: bytes
 * that went wrong on their way say nothing about the disk. A chunk's last location is kept by the state machine.
 *
 * <p>At most a set number of copies are looked into at once; what is past that is left to the next read or the scrub.
 */
final class CopyDropper implements DamageReport {

    private static final int MAX_UNDER_WAY = 64;

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final Set<Suspicion> underWay = ConcurrentHashMap.newKeySet();

    CopyDropper(ObjectEnvironment environment, ObjectMetrics metrics) {
        this.environment = environment;
        this.metrics = metrics;
    }

    private record Suspicion(ChunkId chunk, NodeId node) {}

    @Override
    public void suspect(ChunkRecord chunk, NodeId id) {
        Suspicion suspicion = new Suspicion(chunk.id(), id);
        Optional<DataNode> node = environment.dataNodes().find(id);
        if (node.isEmpty() || underWay.size() >= MAX_UNDER_WAY || !underWay.add(suspicion)) {
            return;
        }
        node.get()
                .verify(chunk.id())
                .handle((receipt, failure) -> isDamaged(chunk, receipt, failure))
                .thenCompose(damaged -> damaged ? drop(suspicion) : spared())
                .whenComplete((outcome, failure) -> {
                    underWay.remove(suspicion);
                    metrics.damage(failure == null ? outcome : "failed");
                });
    }

    private static boolean isDamaged(
            ChunkRecord chunk, DataNode.@Nullable CopyReceipt receipt, @Nullable Throwable failure) {
        if (receipt != null) {
            return receipt.length() != chunk.length() || receipt.crc32c() != chunk.crc32c();
        }
        return failure != null
                && Failures.unwrap(failure) instanceof DataNodeException named
                && (named.kind() == Kind.CORRUPT || named.kind() == Kind.NOT_FOUND);
    }

    private CompletionStage<String> drop(Suspicion suspicion) {
        return environment
                .metadata()
                .submit(new Command.DropCopy(suspicion.chunk(), suspicion.node()))
                .handle((done, failure) -> failure == null
                        ? CompletableFuture.completedFuture("dropped")
                        : Failures.is(Fault.CONFLICT, failure)
                                ? CompletableFuture.completedFuture("kept")
                                : CompletableFuture.<String>failedFuture(failure))
                .thenCompose(Function.identity());
    }

    private static CompletionStage<String> spared() {
        return CompletableFuture.completedFuture("sound");
    }
}
