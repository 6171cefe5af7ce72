package flare.object;

import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.model.BlobId;
import flare.model.ChunkRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Remembers what was asked of the metadata, and can withhold the answers to commands. */
final class RecordingMetadata implements Metadata, Session {

    final InMemoryMetadata twin;
    final List<Command<?>> commands = new CopyOnWriteArrayList<>();
    final List<Query<?>> queries = new CopyOnWriteArrayList<>();
    final Set<BlobId> leased = ConcurrentHashMap.newKeySet();
    final Set<BlobId> settled = ConcurrentHashMap.newKeySet();
    final Map<BlobId, List<ChunkRecord>> abandoned = new ConcurrentHashMap<>();
    final Map<BlobId, List<ChunkRecord>> leftOver = new ConcurrentHashMap<>();
    final AtomicInteger openPins = new AtomicInteger();
    /** Completed: commands are submitted at once. Else when it completes. */
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    /** Thrown by {@link #submit} itself, before anything is on its way. */
    volatile @Nullable RuntimeException refusesToSubmit;
    /** What queries of buckets fail with. */
    volatile @Nullable RuntimeException failsLookUps;

    RecordingMetadata(InMemoryMetadata twin) {
        this.twin = twin;
    }

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        RuntimeException refusal = refusesToSubmit;
        if (refusal != null) {
            throw refusal;
        }
        commands.add(command);
        return gate.thenApply(open -> twin.submit(command)).thenCompose(Function.identity());
    }

    @Override
    public <R> CompletionStage<R> read(Query<R> query) {
        queries.add(query);
        RuntimeException failure = failsLookUps;
        if (failure != null && query instanceof Query.FindBucket) {
            return CompletableFuture.failedFuture(failure);
        }
        return twin.read(query);
    }

    <C extends Command<?>> List<C> commands(Class<C> type) {
        return commands.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Blobs neither settled nor abandoned. */
    Set<BlobId> inFlight() {
        Set<BlobId> open = new java.util.HashSet<>(leased);
        open.removeAll(settled);
        open.removeAll(abandoned.keySet());
        return open;
    }

    @Override
    public Session session() {
        return this;
    }

    @Override
    public RaftStatus status() {
        return twin.status();
    }

    @Override
    public long id() {
        return twin.session().id();
    }

    @Override
    public BlobId newBlob() {
        BlobId blob = twin.session().newBlob();
        leased.add(blob);
        return blob;
    }

    @Override
    public void settled(BlobId blob) {
        settled.add(blob);
        twin.session().settled(blob);
    }

    @Override
    public void abandon(BlobId blob, List<ChunkRecord> chunks) {
        abandoned.put(blob, chunks);
        twin.session().abandon(blob, chunks);
    }

    @Override
    public void leftOver(BlobId blob, List<ChunkRecord> chunks) {
        leftOver.put(blob, chunks);
        twin.session().leftOver(blob, chunks);
    }

    @Override
    public Pin pin() {
        Pin pin = twin.session().pin();
        openPins.incrementAndGet();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        return new Pin() {
            @Override
            public long session() {
                return pin.session();
            }

            @Override
            public void close() {
                if (closed.complete(null)) {
                    openPins.decrementAndGet();
                }
                pin.close();
            }
        };
    }
}
