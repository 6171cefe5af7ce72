package flare.repair;

import flare.config.RepairSettings;
import flare.data.DataNode;
import flare.data.DataNodes;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.telemetry.CrashPoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Gives back the room of what nobody refers to: chunks of dead blobs become FREED, FREED copies are deleted once every
 * live session's read mark is past their index (I13), and their rows are cleared once the node has confirmed (I12). A node
 * that is down keeps its rows; so do copies a reader may still need.
 */
class ReclaimWorker implements RepairWorker {

    private final Ask ask;
    private final DataNodes dataNodes;
    private final RepairSettings settings;
    private final long term;
    /** Where the listing of a node's rows goes on; absent: from the start. */
    private final Map<NodeId, ChunkId> cursors = new HashMap<>();
    /** Nodes whose rows have all been seen in the walk under way: it ends when all have, or it would never rest. */
    private final Set<NodeId> walked = new HashSet<>();
    /** Rows seen and left in the current walk of each node. */
    private final Map<NodeId, Integer> waiting = new HashMap<>();

    private boolean progress;
    private long done;
    private String note = "";

    ReclaimWorker(Ask ask, DataNodes dataNodes, RepairSettings settings, long term) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.settings = settings;
        this.term = term;
    }

    @Override
    public String name() {
        return "reclaim";
    }

    @Override
    public Step step() {
        progress |= freeDeadBlobs();
        boolean more = false;
        // Sessions first: a session opened after this read pins nothing that a row listed below could name (I13).
        long below = freeableBelow(ask.read(new Query.ListSessions()));
        List<String> silent = new ArrayList<>();
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            if (usage.node().state() != NodeState.REMOVED
                    && !walked.contains(usage.node().id())) {
                more |= reclaim(usage.node(), below, silent);
            }
        }
        note = silent.isEmpty() ? "" : "waits for nodes that do not answer: " + String.join("; ", silent);
        if (more) {
            return new Step.Busy(0);
        }
        boolean goOn = progress;
        progress = false;
        walked.clear();
        return goOn ? new Step.Busy(0) : new Step.Idle(settings.interval());
    }

    /** Copies freed at a lower index may go. */
    long freeableBelow(Query.Sessions sessions) {
        return sessions.lowestReadMark();
    }

    private boolean freeDeadBlobs() {
        List<BlobId> dead = ask.read(new Query.ListDeadBlobs(settings.batch()));
        List<CompletionStage<Boolean>> orders = new ArrayList<>();
        for (BlobId blob : dead) {
            orders.add(ask.start(new Command.FreeBlob(blob, settings.batch(), term)));
        }
        orders.forEach(ask::await);
        if (!dead.isEmpty()) {
            CrashPoint.FREED_COMMITTED.reached();
        }
        return !dead.isEmpty();
    }

    /** Handles one page of a node's rows; answers whether there is more to do at once. */
    private boolean reclaim(NodeInfo node, long below, List<String> silent) {
        Optional<ChunkId> after = Optional.ofNullable(cursors.get(node.id()));
        List<Command.FreedCopy> rows = ask.read(new Query.ListFreed(node.id(), after, settings.batch()));
        List<Command.FreedCopy> due =
                rows.stream().filter(row -> row.index() < below).toList();
        List<Command.FreedCopy> gone = delete(node, due, silent);
        if (!gone.isEmpty()) {
            CrashPoint.FREED_CONFIRMED.reached();
            ask.submit(new Command.ClearFreed(gone));
            done += gone.size();
            progress = true;
        }
        int left = rows.size() - gone.size();
        waiting.merge(node.id(), left, (before, now) -> after.isEmpty() ? now : before + now);
        boolean lastPage = rows.size() < settings.batch();
        boolean answering = gone.size() == due.size();
        if (lastPage || !answering) {
            cursors.remove(node.id());
            walked.add(node.id());
        } else {
            cursors.put(node.id(), rows.get(rows.size() - 1).chunk());
        }
        return !lastPage && answering;
    }

    /** Answers the rows that may be cleared. */
    private List<Command.FreedCopy> delete(NodeInfo node, List<Command.FreedCopy> due, List<String> silent) {
        if (node.state() == NodeState.LOST) {
            // Nobody can confirm. Should the node come back, its files have no row and the sweep finds them as orphans.
            return due;
        }
        Optional<DataNode> dataNode = dataNodes.find(node.id());
        if (dataNode.isEmpty()) {
            if (!due.isEmpty()) {
                silent.add("node " + node.id() + " is not known here");
            }
            return List.of();
        }
        List<Command.FreedCopy> gone = new ArrayList<>();
        for (int from = 0; from < due.size(); from += settings.parallel()) {
            List<Command.FreedCopy> window = due.subList(from, Math.min(due.size(), from + settings.parallel()));
            int before = gone.size();
            deleteAtOnce(dataNode.get(), window, gone, silent);
            if (gone.size() - before < window.size()) {
                break;
            }
        }
        return gone;
    }

    private void deleteAtOnce(
            DataNode node, List<Command.FreedCopy> window, List<Command.FreedCopy> gone, List<String> silent) {
        List<CompletionStage<Boolean>> calls = new ArrayList<>();
        for (Command.FreedCopy row : window) {
            calls.add(node.delete(row.chunk(), row.index()));
        }
        boolean failed = false;
        for (int i = 0; i < calls.size(); i++) {
            try {
                if (ask.await(calls.get(i))) {
                    gone.add(window.get(i));
                }
            } catch (RuntimeException e) {
                if (!failed) {
                    silent.add(String.valueOf(e.getMessage()));
                }
                failed = true;
            }
        }
    }

    @Override
    public Tally tally() {
        long left = waiting.values().stream().mapToLong(Integer::intValue).sum();
        return new Tally(done, left, note, Optional.empty());
    }
}
