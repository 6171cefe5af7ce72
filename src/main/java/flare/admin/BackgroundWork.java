package flare.admin;

import flare.metadata.Command.WorkerOrder;
import flare.model.NodeId;
import java.net.URI;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The workers that repair and reclaim, as the admin port needs them. */
public interface BackgroundWork {

    /** How far each worker is; empty in a process where none runs. */
    List<WorkerStatus> workers();

    /** Reclaims now, on the whole cluster, and completes when nothing more can be. UNAVAILABLE without a leader. */
    CompletionStage<ReclaimResult> reclaimNow();

    /** Takes the data node at the URL into the node map, after asking it who it is. */
    CompletionStage<NodeId> addNode(URI url, String zone, double weight);

    CompletionStage<RebalanceStatus> rebalance();

    /** Starts it, or calls it off until it is started again. */
    CompletionStage<RebalanceStatus> setRebalance(boolean wanted);

    /** What is left, and whether it is paused, wherever it runs. */
    CompletionStage<RepairStatus> repairing();

    CompletionStage<RepairStatus> pauseRepair();

    /** @param orphans whether a stopped orphan sweep goes on, too, and takes any number this once */
    CompletionStage<RepairStatus> resumeRepair(boolean orphans);

    /** Compares the records with the disks, from this process, a step a line; blocks whoever reads it. */
    Iterator<DiskComparison> compareDisks();

    /** How far scrubbing is, wherever it runs. */
    CompletionStage<ScrubStatus> scrubbing();

    /** Orders it about, wherever it runs, and answers as {@link #scrubbing}. */
    CompletionStage<ScrubStatus> orderScrubbing(WorkerOrder order);
}
