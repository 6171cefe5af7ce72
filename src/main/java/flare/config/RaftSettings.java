package flare.config;

import flare.model.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The metadata log.
 *
 * @param peer this process's peer id; empty: {@code {host}_{port}} of its own entry in {@code peers}, or {@code api-1} alone
 * @param peers {@code id@host:port} of each peer of the group, this one included; empty: this process alone
 */
public record RaftSettings(
        int port,
        Optional<String> peer,
        List<String> peers,
        boolean insecure,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        Duration readTimeout,
        int maxPending,
        int maxEntryCommands,
        ByteSize maxEntryBytes,
        int entriesInFlight,
        long snapshotEntries,
        ByteSize segmentSize) {

    public RaftSettings {
        Ports.check("port", port);
        if (electionTimeoutMin.compareTo(electionTimeoutMax) >= 0) {
            throw new IllegalArgumentException("election-timeout-min = " + electionTimeoutMin
                    + " is not allowed: less than election-timeout-max = " + electionTimeoutMax + " is");
        }
        if (maxPending < 1 || maxEntryCommands < 1 || entriesInFlight < 1 || snapshotEntries < 1) {
            throw new IllegalArgumentException(
                    "max-pending, max-entry-commands, entries-in-flight and snapshot-entries of 1 or more are allowed");
        }
    }
}
