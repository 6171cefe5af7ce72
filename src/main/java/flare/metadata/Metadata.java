package flare.metadata;

import flare.backup.BackupSource;
import flare.model.ChunkId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The replicated state machine as the rest of the process sees it: orders go in, confirmed answers come out. The door to
 * the metadata actor; an in-memory twin serves as the fake.
 */
public interface Metadata {

    /**
     * Submits a command under the next operation id of the live session, and tries again under the same id across leader
     * changes until the outcome is known.
     *
     * <p>Completes with the result once the command is committed and applied. Fails with {@link
     * flare.model.FlareException}: the state machine's refusal; SLOW_DOWN when the bound on pending commands is reached
     * (nothing was submitted); UNAVAILABLE when the session ended first (whether it took effect is then moot: a later
     * apply is refused). A caller that can't wait that long puts its own limit on the stage and must not take the limit
     * for an outcome.
     */
    <R> CompletionStage<R> submit(Command<R> command);

    /**
     * Answers a query from a state that holds everything committed before the call (linearizable). Fails with UNAVAILABLE
     * when the leader can't be confirmed in time (I11), or with the query's own refusals.
     */
    <R> CompletionStage<R> read(Query<R> query);

    /** This process's registration; blob ids and read pins come from it. */
    Session session();

    /** What this process knows of the Raft group, for health, metrics and the coordinator. Local, may be stale. */
    RaftStatus status();

    /**
     * Checks the rows of this process's state against each other, as of now, and changes nothing. Fails with SLOW_DOWN while
     * an earlier check goes on, with INTERNAL where rows can't be read.
     */
    default CompletionStage<FsckReport> fsck() {
        throw new UnsupportedOperationException("no rows are behind this");
    }

    /**
     * What has bytes in any of the chunks, at most {@code limit} of them. Walks over all contents of this process's state. Fails
     * as {@link #fsck}.
     */
    default CompletionStage<List<Referent>> referents(Set<ChunkId> chunks, int limit) {
        throw new UnsupportedOperationException("no rows are behind this");
    }

    /**
     * A backup of this process's state, with everything committed before the call, ready to be read; the caller closes it.
     * Fails with SLOW_DOWN while another one is read, with UNAVAILABLE as {@link #read}, with INTERNAL where rows can't be
     * read.
     */
    default CompletionStage<BackupSource> export() {
        throw new UnsupportedOperationException("no rows are behind this");
    }

    /** The members of the Raft group, for an operator. */
    default RaftPeers peers() {
        throw new UnsupportedOperationException("no Raft group is behind this");
    }
}
