package flare.config;

import flare.model.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The metadata log.
 *
 * @param peer this process's peer id; empty: {@code {host}_{port}} of its own entry in {@code peers}, or {@code api-1} alone
 * @param reserve share of its disk that is kept free
 * @param stateWriteBuffer memory for rows of the state that are not on disk yet
 * @param stateBlockCache memory for rows of the state read from disk
 * @param peers {@code id@host:port} of each peer that founds the group, this one included; empty: this process alone
 * @param join whether this process is none of {@code peers} and joins their group
 */
public record RaftSettings(
        int port,
        Optional<String> peer,
        List<String> peers,
        boolean join,
        boolean insecure,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        Duration readTimeout,
        Duration joinSilence,
        int maxPending,
        int maxEntryCommands,
        ByteSize maxEntryBytes,
        int entriesInFlight,
        long snapshotEntries,
        ByteSize snapshotBytes,
        ByteSize segmentSize,
        double reserve,
        ByteSize stateWriteBuffer,
        ByteSize stateBlockCache) {

    /** Less, and RocksDB would do little but flush and read the same blocks again. */
    private static final ByteSize MIN_STATE_MEMORY = ByteSize.mebibytes(1);

    public RaftSettings {
        Allowed.port("port", port);
        if (join && (peers.isEmpty() || peer.isEmpty())) {
            throw new NotAllowedException(
                    "join", true, "it with raft.peers, the group to join, and raft.peer, a name for this process, is");
        }
        if (electionTimeoutMin.compareTo(electionTimeoutMax) >= 0) {
            throw new NotAllowedException(
                    "election-timeout-min", electionTimeoutMin, "less than election-timeout-max is");
        }
        Allowed.positive("election-timeout-min", electionTimeoutMin);
        Allowed.positive("read-timeout", readTimeout);
        if (joinSilence.compareTo(electionTimeoutMax) <= 0) {
            throw new NotAllowedException("join-silence", joinSilence, "more than election-timeout-max is");
        }
        Allowed.atLeast("max-pending", maxPending, 1);
        Allowed.atLeast("max-entry-commands", maxEntryCommands, 1);
        Allowed.positive("max-entry-bytes", maxEntryBytes);
        Allowed.atLeast("entries-in-flight", entriesInFlight, 1);
        Allowed.atLeast("snapshot-entries", snapshotEntries, 1);
        Allowed.positive("snapshot-bytes", snapshotBytes);
        Allowed.positive("segment-size", segmentSize);
        Allowed.share("reserve", reserve);
        if (stateWriteBuffer.bytes() < MIN_STATE_MEMORY.bytes()) {
            throw new NotAllowedException("state-write-buffer", stateWriteBuffer, MIN_STATE_MEMORY + " or more is");
        }
        if (stateBlockCache.bytes() < MIN_STATE_MEMORY.bytes()) {
            throw new NotAllowedException("state-block-cache", stateBlockCache, MIN_STATE_MEMORY + " or more is");
        }
    }
}
