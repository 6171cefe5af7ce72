package flare.admin.doctor;

import flare.model.NodeInfo;
import flare.telemetry.SyncTimes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What a data node says when it is asked.
 *
 * @param clockMillis its clock
 * @param disk ok, full or failed
 * @param setAside corrupt copies it keeps for an operator to look at
 */
public record NodeAnswer(long clockMillis, String disk, long setAside) {

    /**
     * A data node of the node map.
     *
     * @param unusable why it may take no new copies; empty where it may
     * @param measure its syncs; empty for one in this process, whose disks are looked at themselves
     */
    public record Node(
            NodeInfo info,
            Optional<String> unusable,
            Supplier<CompletionStage<NodeAnswer>> ask,
            Optional<Supplier<CompletionStage<SyncTimes>>> measure) {}
}
