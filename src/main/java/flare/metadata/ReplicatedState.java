package flare.metadata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * The state machine proper: log entries in, queries answered from one snapshot each. Knows no Raft and no clock.
 * Implemented over RocksDB; a plain map model is its twin in tests.
 */
interface ReplicatedState extends AutoCloseable {

    /** Term and index of the last entry whose effects are here; (0, 0) when fresh. */
    Position applied();

    /** The time of the last entry applied, which the next one is not before; 0 when fresh. Any thread. */
    long stampMillis();

    /**
     * Applies one log entry: its commands in order, each seeing the effects of those before it, all effects and the
     * position in one atomic batch. Deterministic; never throws on user data; an {@link IOException} means the disk or the
     * store failed and the process must stop. Called by one thread at a time.
     *
     * @param stampMillis the leader's when it took the entry, of {@link LogClock}; apply uses max(stamp, last applied stamp)
     * @return one outcome a command, in order
     */
    List<Outcome> apply(Position position, long stampMillis, List<Envelope> commands) throws IOException;

    /** Moves the position over an entry without commands (a configuration or a leader's first entry). */
    void skip(Position position) throws IOException;

    /** Any thread. Throws {@link flare.model.FlareException} for the query's refusals. */
    <R> R query(Query<R> query);

    /** Writes a consistent, fsynced copy of the state to a directory that does not exist yet. */
    void checkpoint(Path directory) throws IOException;

    /**
     * Reads a checkpoint back before the log that led to it is purged: that it opens at {@code position}, and every byte
     * of {@code files}. Throws {@link DamagedStateException} where the disk does not give what was written.
     */
    void check(Path checkpoint, Position position, Collection<String> files) throws IOException;

    @Override
    void close();

    /** A place in the log. */
    record Position(long term, long index) {}
}
