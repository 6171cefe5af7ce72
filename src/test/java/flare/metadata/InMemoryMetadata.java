package flare.metadata;

import flare.model.BlobId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * {@link Metadata} without Raft and disk, for other packages' tests: each command is applied at once, in the caller's
 * thread, under one lock. The session's renewal is explicit: {@link #renew()}.
 */
public final class InMemoryMetadata implements Metadata {

    private long term = 1;

    private final ModelState state = new ModelState();
    private final LongSupplier clockMillis;
    private long sequence;
    private boolean refusing;
    private MemorySession session;

    /** A cluster of these settings with an open session and the bucket {@code object}, id 1. */
    public InMemoryMetadata(ClusterSettings settings, LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
        this.session = new MemorySession(apply(0, new Command.OpenSession(new UUID(0, 1), Optional.empty())));
        apply(0, new Command.InitCluster(new UUID(0, 2), settings));
    }

    /** One copy, chunks of 64 KiB, round-robin, the system's clock. */
    public InMemoryMetadata() {
        this(new ClusterSettings(1, 64 * 1024, "round-robin"), System::currentTimeMillis);
    }

    /** Adds nodes 1 to {@code count} with UUID (0, id), URL {@code http://127.0.0.1:{20000 + id}}, zone {@code z{id}}. */
    public InMemoryMetadata withNodes(int count) {
        for (int id = 1; id <= count; id++) {
            URI url = URI.create("http://127.0.0.1:" + (20_000 + id));
            NodeId made = apply(0, new Command.AddNode(new UUID(0, id), url, "z" + id, 1.0));
            if (made.value() != id) {
                throw new AssertionError("node " + id + " became " + made);
            }
        }
        return this;
    }

    /** While true, commands and reads fail with UNAVAILABLE and take no effect, as without a leader. */
    public synchronized void refuse(boolean on) {
        refusing = on;
    }

    /** The term that coordinator commands must carry. */
    public synchronized long term() {
        return term;
    }

    /** As after an election: commands of the term before are refused from here on. */
    public synchronized void elect() {
        term++;
    }

    /** What the session keeper does every few seconds. */
    public synchronized void renew() {
        List<Command.NewContent.Blob> reported = List.copyOf(session.abandoned);
        apply(
                0,
                new Command.RenewSession(
                        session.number, session.writeMark(), session.readMark(state.applied.index()), reported));
        reported.forEach(blob -> session.inFlight.remove(blob.id().counter()));
        session.abandoned.removeAll(reported);
    }

    /** Ends the session as an expiry would and opens another. */
    public synchronized void replaceSession() {
        apply(0, new Command.ExpireSession(session.number, term));
        session = new MemorySession(apply(0, new Command.OpenSession(new UUID(0, 1), Optional.empty())));
    }

    @Override
    public synchronized <R> CompletionStage<R> submit(Command<R> command) {
        if (refusing) {
            return CompletableFuture.failedFuture(new FlareException(Fault.UNAVAILABLE, "no leader"));
        }
        try {
            return CompletableFuture.completedFuture(apply(session.number, command));
        } catch (FlareException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    @Override
    public synchronized <R> CompletionStage<R> read(Query<R> query) {
        if (refusing) {
            return CompletableFuture.failedFuture(new FlareException(Fault.UNAVAILABLE, "no leader"));
        }
        try {
            return CompletableFuture.completedFuture(state.query(query));
        } catch (FlareException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    @Override
    public synchronized Session session() {
        return session;
    }

    @Override
    public synchronized RaftStatus status() {
        long index = state.applied.index();
        return new RaftStatus("api-1", Optional.of("api-1"), term, OptionalLong.of(term), index, index, true, 1);
    }

    @SuppressWarnings("unchecked")
    private <R> R apply(long sessionId, Command<R> command) {
        CommandCheck.check(command);
        sequence++;
        ReplicatedState.Position next = new ReplicatedState.Position(term, state.applied.index() + 1);
        Envelope envelope = new Envelope(sessionId, sequence, sequence, command);
        Outcome outcome =
                state.apply(next, clockMillis.getAsLong(), List.of(envelope)).get(0);
        if (outcome instanceof Outcome.Refused refused) {
            throw new FlareException(refused.fault(), refused.message());
        }
        return (R) ((Outcome.Accepted) outcome).value();
    }

    private final class MemorySession implements Session {

        private final long number;
        private final TreeSet<Long> inFlight = new TreeSet<>();
        private final TreeMap<Long, Integer> pins = new TreeMap<>();
        private final List<Command.NewContent.Blob> abandoned = new ArrayList<>();
        private long counter;

        MemorySession(long number) {
            this.number = number;
        }

        long writeMark() {
            return inFlight.isEmpty() ? counter : inFlight.first();
        }

        long readMark(long applied) {
            return pins.isEmpty() ? applied : Math.min(applied, pins.firstKey());
        }

        @Override
        public long id() {
            return number;
        }

        @Override
        public BlobId newBlob() {
            synchronized (InMemoryMetadata.this) {
                inFlight.add(counter);
                return new BlobId(number, counter++);
            }
        }

        @Override
        public void settled(BlobId blob) {
            synchronized (InMemoryMetadata.this) {
                if (blob.session() == number) {
                    inFlight.remove(blob.counter());
                }
            }
        }

        @Override
        public void abandon(BlobId blob, List<ChunkRecord> chunks) {
            synchronized (InMemoryMetadata.this) {
                if (blob.session() == number) {
                    abandoned.add(new Command.NewContent.Blob(blob, 1, chunks));
                }
            }
        }

        @Override
        public void leftOver(BlobId blob, List<ChunkRecord> chunks) {
            abandon(blob, chunks);
        }

        @Override
        public Pin pin() {
            synchronized (InMemoryMetadata.this) {
                long index = state.applied.index();
                pins.merge(index, 1, Integer::sum);
                return new MemoryPin(index);
            }
        }

        private final class MemoryPin implements Pin {

            private final long index;
            private boolean open = true;

            MemoryPin(long index) {
                this.index = index;
            }

            @Override
            public long session() {
                return number;
            }

            @Override
            public void close() {
                synchronized (InMemoryMetadata.this) {
                    if (open) {
                        open = false;
                        pins.computeIfPresent(index, (at, count) -> count == 1 ? null : count - 1);
                    }
                }
            }
        }
    }
}
