package flare.metadata;

import flare.metadata.Command.CloseSession;
import flare.metadata.Command.CreateBucket;
import flare.metadata.Command.OpenSession;
import flare.metadata.Command.RenewSession;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.Fault;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A replicated state that is a list: each CreateBucket adds its name, whether or not it is there, so that a command
 * applied twice shows. In memory; written to its directory when closed, so that a crash forgets.
 */
final class LedgerState implements ReplicatedState {

    private record OperationId(long session, long sequence) {}

    private final Path directory;
    private Position applied = new Position(0, 0);
    private final List<String> ledger = new ArrayList<>();
    private final Set<Long> sessions = new HashSet<>();
    private final Map<OperationId, Outcome> results = new HashMap<>();
    private boolean broken;
    private boolean unreadable;
    private boolean forgetful;
    private boolean full;
    private int checkpoints;
    private @Nullable RuntimeException fault;

    private LedgerState(Path directory) {
        this.directory = directory;
    }

    static LedgerState open(Path directory) throws IOException {
        Files.createDirectories(directory);
        LedgerState state = new LedgerState(directory);
        if (Files.exists(directory.resolve("ledger"))) {
            state.read(LedgerCodec.input(ByteBuffer.wrap(Files.readAllBytes(directory.resolve("ledger")))));
        }
        return state;
    }

    synchronized List<String> ledger() {
        return List.copyOf(ledger);
    }

    /** The next apply fails as a broken disk does. */
    synchronized void breakDisk() {
        broken = true;
    }

    /** Queries meet a damaged block. */
    synchronized void damage() {
        unreadable = true;
    }

    /** Whether checkpoints fail. */
    synchronized void fill(boolean isFull) {
        full = isFull;
    }

    /** What checkpoints throw. */
    synchronized void failCheckpoints(RuntimeException thrown) {
        fault = thrown;
    }

    /** Begun so far. */
    synchronized int checkpoints() {
        return checkpoints;
    }

    /** Closing writes nothing, as after a power loss. */
    synchronized void forget() {
        forgetful = true;
    }

    @Override
    public synchronized Position applied() {
        return applied;
    }

    /** It keeps no time. */
    @Override
    public long stampMillis() {
        return 0;
    }

    @Override
    public synchronized List<Outcome> apply(Position position, long stampMillis, List<Envelope> commands)
            throws IOException {
        if (broken) {
            throw new IOException("Input/output error");
        }
        if (position.index() <= applied.index()) {
            throw new AssertionError("applied " + position + " after " + applied);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Envelope envelope : commands) {
            outcomes.add(apply(position, envelope));
        }
        applied = position;
        return outcomes;
    }

    private Outcome apply(Position position, Envelope envelope) {
        long session = envelope.session();
        if (session == 0) {
            return effect(position, envelope.command());
        }
        if (!sessions.contains(session)) {
            return new Outcome.Refused(Fault.UNAVAILABLE, "session " + session + " is not live");
        }
        results.keySet().removeIf(id -> id.session == session && id.sequence < envelope.lowestUnanswered());
        OperationId id = new OperationId(session, envelope.sequence());
        Outcome known = results.get(id);
        if (known != null) {
            return known;
        }
        Outcome outcome = effect(position, envelope.command());
        results.put(id, outcome);
        return outcome;
    }

    private Outcome effect(Position position, Command<?> command) {
        if (command instanceof CreateBucket create) {
            ledger.add(create.name().toString());
            return new Outcome.Accepted(new BucketId(ledger.size()));
        }
        if (command instanceof OpenSession) {
            sessions.add(position.index());
            return new Outcome.Accepted(position.index());
        }
        if (command instanceof RenewSession renewal && !sessions.contains(renewal.session())) {
            return new Outcome.Refused(Fault.UNAVAILABLE, "session " + renewal.session() + " is not live");
        }
        if (command instanceof CloseSession close) {
            sessions.remove(close.session());
        }
        return new Outcome.Accepted(new Command.Done());
    }

    @Override
    public synchronized void skip(Position position) {
        applied = position;
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized <R> R query(Query<R> query) {
        if (unreadable) {
            throw new UncheckedIOException(new IOException("block checksum mismatch"));
        }
        if (query instanceof Query.FindBucket find) {
            int index = ledger.lastIndexOf(find.name().toString());
            return (R) (index < 0 ? Optional.<BucketId>empty() : Optional.of(new BucketId(index + 1)));
        }
        if (query instanceof Query.GetCounts) {
            return (R) new Query.Counts(ledger.size(), 0, 0, 0, 0, 0, 0);
        }
        throw new AssertionError(query);
    }

    @Override
    public void check(Path checkpoint, Position position, Collection<String> files) {}

    @Override
    public synchronized void checkpoint(Path target) throws IOException {
        checkpoints++;
        if (fault != null) {
            throw fault;
        }
        if (full) {
            throw new IOException("No space left on device");
        }
        Files.createDirectory(target);
        Files.write(target.resolve("ledger"), LedgerCodec.bytes(this::write));
    }

    @Override
    public synchronized void close() {
        if (!forgetful) {
            try {
                Files.write(directory.resolve("ledger"), LedgerCodec.bytes(this::write));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** For a test that wants a session ended by another. */
    synchronized void expire(long session) {
        sessions.remove(session);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeLong(applied.term());
        out.writeLong(applied.index());
        out.writeInt(ledger.size());
        for (String name : ledger) {
            out.writeUTF(name);
        }
        out.writeInt(sessions.size());
        for (long session : sessions) {
            out.writeLong(session);
        }
        out.writeInt(results.size());
        for (Map.Entry<OperationId, Outcome> result : results.entrySet()) {
            out.writeLong(result.getKey().session);
            out.writeLong(result.getKey().sequence);
            LedgerCodec.write(result.getValue(), out);
        }
    }

    private void read(DataInputStream in) throws IOException {
        applied = new Position(in.readLong(), in.readLong());
        for (int count = in.readInt(); count > 0; count--) {
            ledger.add(in.readUTF());
        }
        for (int count = in.readInt(); count > 0; count--) {
            sessions.add(in.readLong());
        }
        for (int count = in.readInt(); count > 0; count--) {
            results.put(new OperationId(in.readLong(), in.readLong()), LedgerCodec.readOutcome(in));
        }
    }

    static BucketName name(int number) {
        return new BucketName("bucket-" + number);
    }
}
