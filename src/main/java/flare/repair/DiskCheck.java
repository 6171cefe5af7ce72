package flare.repair;

import flare.data.DataNodes;
import flare.metadata.Query;
import flare.metadata.Query.CopyStanding;
import flare.metadata.Referent;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.repair.CopyVerifier.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Compares what the metadata records with what disks have, both ways: copies that are recorded and not there, copies that are
 * there and nothing says may be. Records and every node's inventory are in one order, so all are walked through together, a
 * page at a time, while clients go on.
 *
 * <p>An inventory is never of one moment with the records. What looks missing is asked for at its node, then its record is read
 * again; what looks spare is explained by a linearizable read, then asked for at its node. Only what is wrong both times is told.
 * Names are compared: the bytes of all copies are scrub's to read.
 */
public final class DiskCheck {

    /** As of the metadata's check: who has more looks at the kinds, not at each. */
    private static final int MAX_KEPT = 1_000;
    /** Of which it is told what refers to them. */
    private static final int MAX_LOST_KEPT = 100_000;

    /** It walks over all objects. */
    private static final Duration REFERENTS_LIMIT = Duration.ofHours(1);

    private static final int TRIES = 30;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What has bytes in any of the chunks, up to a limit. */
    interface ReferentSearch {
        CompletionStage<List<Referent>> of(Set<ChunkId> chunks, int limit);
    }

    private final Ask ask;
    private final DataNodes dataNodes;
    private final CopyVerifier verifier;
    private final ReferentSearch referents;
    private final int batch;

    private final List<InventoryWalk> walks = new ArrayList<>();
    private Optional<ChunkId> after = Optional.empty();
    private boolean begun;
    private boolean compared;
    private boolean ended;

    private long chunks;
    private long ofChunks;
    private long copies;
    private long onDisks;
    private long inFlight;
    private long missing;
    private long lost;
    private long doubtful;
    private long orphans;
    private long unlocated;
    private long foreign;
    private long unanswered;
    private final List<String> first = new ArrayList<>();
    private final Set<ChunkId> lostChunks = new HashSet<>();
    private List<Referent> damaged = List.of();

    /**
     * @param referents of chunks that are lost
     * @param batch chunks a page
     */
    DiskCheck(Ask ask, DataNodes dataNodes, CopyVerifier verifier, ReferentSearch referents, int batch) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.verifier = verifier;
        this.referents = referents;
        this.batch = batch;
    }

    /**
     * Looks at the next chunks, and in the last step at what refers to those that are lost; false when there was nothing
     * left to do. Blocks. Throws UNAVAILABLE once the metadata has not answered for long.
     */
    public boolean step() {
        if (ended) {
            return false;
        }
        if (!begun) {
            begin();
        } else if (!compared) {
            comparePage();
        } else {
            damaged = lostChunks.isEmpty() ? List.of() : ask.await(referents.of(lostChunks, MAX_KEPT), REFERENTS_LIMIT);
            ended = true;
        }
        return true;
    }

    public DiskReport report() {
        return new DiskReport(
                chunks,
                ofChunks,
                copies,
                onDisks,
                inFlight,
                missing,
                lost,
                doubtful,
                orphans,
                unlocated,
                foreign,
                notAsked(),
                first,
                damaged);
    }

    private List<String> notAsked() {
        List<String> notAsked = new ArrayList<>();
        walks.forEach(walk -> walk.failure().ifPresent(notAsked::add));
        if (unanswered > 0) {
            notAsked.add(unanswered + " copies that no inventory has were asked for in vain");
        }
        return notAsked;
    }

    private void begin() {
        ofChunks = read(new Query.GetCounts()).chunks();
        for (Query.NodeUsage usage : read(new Query.ListNodes())) {
            if (usage.node().state() != NodeState.REMOVED) {
                walks.add(new InventoryWalk(
                        ask, usage, dataNodes.find(usage.node().id()), batch));
            }
        }
        begun = true;
    }

    /** What is known of a chunk's copies. */
    private static final class Sight {
        private final ChunkRecord chunk;
        private int seen;
        private final List<NodeId> gone = new ArrayList<>();
        private final List<NodeId> spare = new ArrayList<>();

        private Sight(ChunkRecord chunk) {
            this.chunk = chunk;
        }
    }

    private void comparePage() {
        List<ChunkRecord> records = read(new Query.ScanChunks(after, batch));
        Optional<ChunkId> last = records.size() < batch
                ? Optional.empty()
                : Optional.of(records.get(records.size() - 1).id());
        Map<ChunkId, Sight> page = new LinkedHashMap<>();
        records.forEach(chunk -> page.put(chunk.id(), new Sight(chunk)));
        walks.forEach(walk -> compare(walk, page, last));
        page.values().forEach(this::judge);
        after = last;
        compared = last.isEmpty();
    }

    private void compare(InventoryWalk walk, Map<ChunkId, Sight> page, Optional<ChunkId> last) {
        Map<ChunkId, Sight> named = new HashMap<>();
        page.forEach((id, sight) -> {
            if (sight.chunk.nodes().contains(walk.id())) {
                named.put(id, sight);
            }
        });
        for (List<ChunkId> met = walk.next(last); !met.isEmpty(); met = walk.next(last)) {
            onDisks += met.size();
            List<ChunkId> unnamed = new ArrayList<>();
            for (ChunkId chunk : met) {
                Sight sight = named.remove(chunk);
                if (sight == null) {
                    unnamed.add(chunk);
                } else {
                    sight.seen++;
                }
            }
            explain(walk.id(), unnamed, page);
        }
        if (walk.failure().isEmpty() && !named.isEmpty()) {
            lookAgain(walk.id(), named);
        }
    }

    /** For copies that the node's inventory lacks: they may have come, or have been moved away, since it was read. */
    private void lookAgain(NodeId node, Map<ChunkId, Sight> unseen) {
        Map<ChunkId, Verdict> verdicts = verify(
                node,
                unseen.values().stream()
                        .map(sight -> new ChunkRecord(
                                sight.chunk.id(), sight.chunk.length(), sight.chunk.crc32c(), List.of(node)))
                        .toList());
        List<Sight> gone = new ArrayList<>();
        verdicts.forEach((chunk, verdict) -> {
            Sight sight = Objects.requireNonNull(unseen.get(chunk));
            switch (verdict) {
                case GOOD -> sight.seen++;
                case MISSING, CORRUPT -> gone.add(sight);
                case UNANSWERED -> unanswered++;
            }
        });
        if (gone.isEmpty()) {
            return;
        }
        Map<ChunkId, CopyStanding> standings =
                standings(node, gone.stream().map(sight -> sight.chunk.id()).toList());
        for (Sight sight : gone) {
            if (standings.get(sight.chunk.id()) == CopyStanding.LOCATED) {
                sight.gone.add(node);
            } else {
                sight.seen++;
            }
        }
    }

    private void explain(NodeId node, List<ChunkId> unnamed, Map<ChunkId, Sight> page) {
        if (unnamed.isEmpty()) {
            return;
        }
        Map<ChunkId, CopyStanding> standings = standings(node, unnamed);
        inFlight += standings.values().stream()
                .filter(standing -> standing == CopyStanding.IN_FLIGHT)
                .count();
        standings.values().removeIf(DiskCheck::isExplained);
        // Those that were deleted since the inventory was read are nothing to tell; what is not answered for stays.
        // Any length will do: it is asked whether there is a copy, not whether it is the one that is recorded.
        Map<ChunkId, Verdict> there = verify(
                node,
                standings.keySet().stream()
                        .map(chunk -> new ChunkRecord(chunk, 1, 0, List.of(node)))
                        .toList());
        standings.keySet().removeIf(chunk -> there.get(chunk) == Verdict.MISSING);
        standings.forEach((chunk, standing) -> {
            switch (standing) {
                case ORPHAN -> {
                    orphans++;
                    tell("chunk " + chunk + ": nothing refers to it, and node " + node + " has a copy");
                }
                case UNLOCATED -> {
                    unlocated++;
                    Optional.ofNullable(page.get(chunk)).ifPresent(sight -> sight.spare.add(node));
                    tell("chunk " + chunk + ": node " + node + " has a copy, and its record does not name that");
                }
                case UNKNOWN_SESSION -> {
                    foreign++;
                    tell("chunk " + chunk + ": node " + node
                            + " has a copy of a session that was never issued: a foreign disk, or metadata was lost");
                }
                case LOCATED, PENDING, FREED, IN_FLIGHT ->
                    throw new IllegalStateException(standing + " needs no explanation");
            }
        });
    }

    private Map<ChunkId, Verdict> verify(NodeId node, List<ChunkRecord> copies) {
        Map<ChunkId, Verdict> verdicts = new LinkedHashMap<>();
        verifier.verify(copies)
                .forEach((chunk, byNode) -> verdicts.put(chunk, Objects.requireNonNull(byNode.get(node))));
        return verdicts;
    }

    private static boolean isExplained(CopyStanding standing) {
        return switch (standing) {
            case LOCATED, PENDING, FREED, IN_FLIGHT -> true;
            case UNLOCATED, ORPHAN, UNKNOWN_SESSION -> false;
        };
    }

    private Map<ChunkId, CopyStanding> standings(NodeId node, Collection<ChunkId> chunks) {
        List<ChunkId> asked = List.copyOf(chunks);
        List<CopyStanding> answers = read(new Query.ExplainCopies(node, asked));
        Map<ChunkId, CopyStanding> standings = new LinkedHashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            standings.put(asked.get(i), answers.get(i));
        }
        return standings;
    }

    private void judge(Sight sight) {
        // A dead blob's copies are being freed: nobody needs them.
        List<NodeId> recorded = sight.chunk.nodes();
        chunks++;
        copies += recorded.size();
        if (recorded.isEmpty()) {
            return;
        }
        missing += sight.gone.size();
        if (sight.gone.size() == recorded.size()) {
            lost++;
            if (lostChunks.size() < MAX_LOST_KEPT) {
                lostChunks.add(sight.chunk.id());
            }
            tell("chunk " + sight.chunk.id() + ": lost, none of its nodes " + recorded + " has a copy"
                    + (sight.spare.isEmpty()
                            ? ""
                            : ", but " + sight.spare + " has one, which the orphan sweep makes count again"));
            return;
        }
        doubtful += sight.seen == 0 ? 1 : 0;
        sight.gone.forEach(node -> tell("chunk " + sight.chunk.id() + ": node " + node + " lacks its copy"));
    }

    private void tell(String sentence) {
        if (first.size() < MAX_KEPT) {
            first.add(sentence);
        }
    }

    /** A change of leaders is waited for: hours of work may lie behind. */
    private <R> R read(Query<R> query) {
        for (int tries = 1; ; tries++) {
            try {
                return ask.read(query);
            } catch (FlareException e) {
                if (e.fault() != Fault.UNAVAILABLE || tries == TRIES) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    private static void pause(FlareException why) {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw why;
        }
    }
}
