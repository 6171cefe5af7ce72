package flare.metadata;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a background worker keeps over restarts and changes of the leader. What stands in it is the worker's business.
 *
 * @param position where to go on behind; empty: at the start
 * @param numbers by name: times, counts, what a pass was begun for
 */
public record WorkerCursor(String position, Map<String, Long> numbers) {

    /** The name of the worker that a change of the node map starts anew. */
    public static final String REBALANCE = "rebalance";

    /** The name of the worker that a change of the wanted copies starts anew. */
    public static final String POLICY = "policy";

    /** Whose order the pause is that a restore leaves: nothing is deleted from disks. */
    public static final String RECLAIM = "reclaim";

    public static final WorkerCursor NONE = new WorkerCursor("", Map.of());

    public WorkerCursor {
        numbers = Collections.unmodifiableMap(new TreeMap<>(numbers));
    }

    /** 0 where there is none of that name. */
    public long number(String name) {
        return numbers.getOrDefault(name, 0L);
    }
}
