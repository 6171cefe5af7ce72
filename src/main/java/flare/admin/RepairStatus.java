package flare.admin;

import java.util.List;

/**
 * The JSON of {@code /admin/repair}.
 *
 * @param state running or paused
 * @param lacking chunks with fewer copies than wanted, or more
 * @param pulling copies being made
 * @param freed copies that wait to be deleted
 * @param workers those of this process that repair; stopped where it does not lead, none before it ever did
 */
public record RepairStatus(String state, long lacking, long pulling, long freed, List<WorkerStatus> workers) {

    public RepairStatus {
        workers = List.copyOf(workers);
    }
}
