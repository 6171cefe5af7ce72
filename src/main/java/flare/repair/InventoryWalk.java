package flare.repair;

import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.metadata.Query;
import flare.model.ChunkId;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One node's inventory, read on as far as it is asked for, a page at a time. It ends where the node no longer answers. */
final class InventoryWalk {

    private final Ask ask;
    private final Query.NodeUsage usage;
    private final @Nullable DataNode node;
    private final int batch;
    private final Deque<ChunkId> read = new ArrayDeque<>();
    private Optional<ChunkId> after = Optional.empty();
    private boolean ended;
    private Optional<String> failure = Optional.empty();

    /** @param node empty for one that can't be asked */
    InventoryWalk(Ask ask, Query.NodeUsage usage, Optional<DataNode> node, int batch) {
        this.ask = ask;
        this.usage = usage;
        this.node = node.orElse(null);
        this.batch = batch;
        if (node.isEmpty()) {
            fail(usage.node().state() == NodeState.LOST ? "it is lost" : "it is not known here yet");
        }
    }

    NodeId id() {
        return usage.node().id();
    }

    /** Why the node's copies from here on are not known. */
    Optional<String> failure() {
        return failure;
    }

    /** The next ids, a page at most, none of them behind {@code last}; empty once there are no more such. */
    List<ChunkId> next(Optional<ChunkId> last) {
        if (read.isEmpty() && !ended) {
            readOn();
        }
        List<ChunkId> next = new ArrayList<>();
        while (!read.isEmpty() && (last.isEmpty() || read.peek().compareTo(last.get()) <= 0)) {
            next.add(read.remove());
        }
        return next;
    }

    private void readOn() {
        if (node == null) {
            return;
        }
        try {
            List<ChunkId> page = ask.await(node.inventory(after, batch));
            read.addAll(page);
            ended = page.size() < batch;
            after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1));
        } catch (DataNodeException | FlareException e) {
            fail(after.map(chunk -> "not looked at behind chunk " + chunk + ": ")
                            .orElse("")
                    + e.getMessage());
        }
    }

    private void fail(String reason) {
        ended = true;
        failure = Optional.of("node " + id() + " with " + usage.copies() + " recorded copies: " + reason);
    }
}
