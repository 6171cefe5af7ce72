package flare.repair;

import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** A data node as maps: copies by chunk, each with its generation and what its bytes would sum up to. */
final class MemoryNode implements DataNode {

    /** What the simulation does around a call. */
    interface Hooks {
        void before(String call);

        void deleting(MemoryNode node, ChunkId chunk, long freedIndex);
    }

    static final Hooks NO_HOOKS = new Hooks() {
        @Override
        public void before(String call) {}

        @Override
        public void deleting(MemoryNode node, ChunkId chunk, long freedIndex) {}
    };

    record Copy(long generation, long length, int crc32c) {}

    final int number;
    final TreeMap<ChunkId, Copy> copies = new TreeMap<>();
    private final Map<UUID, MemoryNode> peers;
    private final Hooks hooks;
    boolean up = true;
    long incarnation = 1;
    int trashEmptied;

    MemoryNode(int number, Map<UUID, MemoryNode> peers, Hooks hooks) {
        this.number = number;
        this.peers = peers;
        this.hooks = hooks;
        peers.put(uuid(), this);
    }

    @Override
    public UUID uuid() {
        return new UUID(0, number);
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
        throw new UnsupportedOperationException("repair never uploads");
    }

    @Override
    public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
        throw new UnsupportedOperationException("repair never downloads");
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        return answer("verify", () -> receipt(chunk));
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        return answer("delete", () -> {
            Copy copy = copies.get(chunk);
            if (copy != null && copy.generation < freedIndex) {
                hooks.deleting(this, chunk, freedIndex);
                copies.remove(chunk);
            }
            return copy == null || copy.generation < freedIndex;
        });
    }

    @Override
    public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
        return answer("pull", () -> {
            MemoryNode source = peers.get(order.sourceUuid());
            if (source == null || !source.up) {
                throw new DataNodeException(Kind.UNREACHABLE, "node " + number + " can't reach its source");
            }
            CopyReceipt got = source.receipt(chunk);
            if (got.crc32c() != order.crc32c() || got.length() != order.length()) {
                throw new DataNodeException(Kind.CHECKSUM_MISMATCH, "chunk " + chunk + " from node " + source.number);
            }
            copies.put(chunk, new Copy(order.generation(), got.length(), got.crc32c()));
            return got;
        });
    }

    private CopyReceipt receipt(ChunkId chunk) {
        Copy copy = copies.get(chunk);
        if (copy == null) {
            throw new DataNodeException(Kind.NOT_FOUND, "chunk " + chunk + " on node " + number);
        }
        return new CopyReceipt(copy.length, copy.crc32c);
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        return answer(
                "inventory",
                () -> copies.keySet().stream()
                        .filter(chunk -> after.isEmpty() || chunk.compareTo(after.get()) > 0)
                        .limit(limit)
                        .toList());
    }

    @Override
    public CompletionStage<Done> emptyTrash() {
        return answer("empty-trash", () -> {
            trashEmptied++;
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return answer(
                "health",
                () -> new NodeHealth(
                        uuid(), Optional.empty(), incarnation, uuid(), 100, 50, DiskState.OK, 0, 0, 0, 0, ""));
    }

    private <T> CompletionStage<T> answer(String call, Supplier<T> body) {
        hooks.before(call);
        if (!up) {
            return CompletableFuture.failedStage(
                    new DataNodeException(Kind.UNREACHABLE, "node " + number + " is down"));
        }
        try {
            return CompletableFuture.completedStage(body.get());
        } catch (DataNodeException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
