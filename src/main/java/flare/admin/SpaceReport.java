package flare.admin;

import flare.metadata.Command.FreedCopy;
import flare.metadata.Query;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Puts together what is told of space: what the metadata counts, what the nodes say, and what holds back the rest. */
final class SpaceReport {

    /** Copies that wait to be deleted are looked at up to so many of a node: why the first wait is why the others do. */
    private static final int FREED_LOOKED_AT = 1_000;

    /** Asks the metadata, within a limit of time. */
    interface Reader {
        <R> CompletableFuture<R> read(Query<R> query);
    }

    private final Reader metadata;
    private final CompletableFuture<List<NodeStatus>> nodes;

    SpaceReport(Reader metadata, CompletableFuture<List<NodeStatus>> nodes) {
        this.metadata = metadata;
        this.nodes = nodes;
    }

    CompletionStage<SpaceStatus> of(Query.ListBucketSpace list) {
        CompletableFuture<Query.BucketSpacePage> buckets = metadata.read(list);
        CompletableFuture<Integer> copies = metadata.read(new Query.GetCluster())
                .thenApply(cluster ->
                        cluster.map(state -> state.settings().wantedCopies()).orElse(1));
        CompletableFuture<Query.Space> space = metadata.read(new Query.GetSpace());
        CompletableFuture<List<String>> waiting = space.thenCompose(this::waiting);
        return CompletableFuture.allOf(buckets, copies, nodes, waiting)
                .thenApply(done -> new SpaceStatus(
                        SpaceTotals.of(space.join(), nodes.join(), copies.join()),
                        nodes(nodes.join(), space.join()),
                        buckets.join().buckets().stream()
                                .map(SpaceStatus.BucketSpace::of)
                                .toList(),
                        buckets.join().next().orElse(null),
                        waiting.join()));
    }

    private static List<SpaceStatus.NodeSpace> nodes(List<NodeStatus> nodes, Query.Space space) {
        Map<Integer, Query.FreedSpace> freed = space.freed().stream()
                .collect(Collectors.toMap(one -> one.node().value(), one -> one));
        return nodes.stream()
                .filter(node -> !node.state().equals("removed"))
                .map(node -> {
                    Query.FreedSpace of =
                            freed.getOrDefault(node.id(), new Query.FreedSpace(new NodeId(node.id()), 0, 0));
                    return new SpaceStatus.NodeSpace(
                            node.id(),
                            node.bytes(),
                            of.copies(),
                            of.bytes(),
                            node.trashBytes(),
                            node.freeBytes(),
                            node.totalBytes());
                })
                .toList();
    }

    private CompletableFuture<List<String>> waiting(Query.Space space) {
        CompletableFuture<Query.Sessions> sessions = metadata.read(new Query.ListSessions());
        List<CompletableFuture<String>> ofNodes = space.freed().stream()
                .map(freed -> metadata.read(new Query.ListFreed(freed.node(), Optional.empty(), FREED_LOOKED_AT))
                        .thenCombine(sessions, (copies, live) -> new Freed(freed, copies, live))
                        .thenCombine(nodes, SpaceReport::why))
                .toList();
        return CompletableFuture.allOf(ofNodes.toArray(CompletableFuture[]::new))
                .thenCombine(nodes, (done, all) -> {
                    List<String> waiting = new ArrayList<>(others(space));
                    ofNodes.forEach(node -> waiting.add(node.join()));
                    all.stream()
                            .filter(node -> node.trashBytes() > 0)
                            .forEach(node -> waiting.add(node.trashBytes() + " bytes are in the trash of node "
                                    + node.id() + ": for flare.data.trash-ttl, or until 'flare reclaim'"));
                    return waiting;
                });
    }

    private static List<String> others(Query.Space space) {
        List<String> waiting = new ArrayList<>();
        if (!space.counted()) {
            waiting.add("what was stored before this version is still being counted: see 'space' in 'flare status'");
        }
        if (space.heldBytes() > 0) {
            waiting.add(
                    space.heldBytes() + " bytes or more are in no object any more and are held by slices that copies"
                            + " of parts share: they come back with the last of them");
        }
        if (space.uploadBytes() > 0) {
            waiting.add(space.uploadBytes() + " bytes are in parts of open uploads: see 'flare uploads list'");
        }
        if (space.deadBytes() > 0) {
            waiting.add(space.deadBytes() + " bytes, each counted once, are of blobs that nothing refers to any more:"
                    + " their copies are being freed and deleted");
        }
        return waiting;
    }

    private record Freed(Query.FreedSpace freed, List<FreedCopy> lookedAt, Query.Sessions sessions) {}

    private static String why(Freed freed, List<NodeStatus> nodes) {
        String what = freed.freed.copies() + " copies with " + freed.freed.bytes() + " bytes wait on node "
                + freed.freed.node() + ": ";
        Optional<NodeStatus> node = nodes.stream()
                .filter(status -> status.id() == freed.freed.node().value())
                .findFirst();
        Optional<Query.SessionInfo> oldest =
                freed.sessions.live().stream().min(Comparator.comparingLong(Query.SessionInfo::readMark));
        long held = freed.lookedAt.stream()
                .filter(copy -> copy.index() >= freed.sessions.lowestReadMark())
                .count();
        if (held > 0 && oldest.isPresent()) {
            return what + held + " of the first " + freed.lookedAt.size() + " for reads of session "
                    + oldest.get().id() + " (process " + oldest.get().process() + "), which may read as of log entry "
                    + oldest.get().readMark();
        }
        return what
                + node.filter(SpaceReport::isAway)
                        .map(status -> "the node is not there to delete them: " + status.reason())
                        .orElse("they are being deleted now");
    }

    private static boolean isAway(NodeStatus node) {
        return node.state().equals("lost")
                || (node.state().equals("active") && !node.usable() && !"full".equals(node.reason()));
    }
}
