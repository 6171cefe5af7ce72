package flare.repair;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.Query.CopyStanding;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.repair.CopyVerifier.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks over all chunks and has every node read and check its copies, at a rate that ends a pass within the period. A bad
 * copy's location is dropped where another copy has just been found good, and healing makes it anew; where none is, all
 * locations stay and an alarm tells of it. How far it is is kept in the metadata, so that a pass goes on where another
 * coordinator left it; what was checked since the last save is checked again.
 */
final class ScrubWorker implements RepairWorker {

    static final String NAME = "scrub";

    private static final Logger LOG = LoggerFactory.getLogger(ScrubWorker.class);
    private static final Duration SAVE_EVERY = Duration.ofSeconds(10);
    private static final int MAX_EXAMPLES = 5;

    /** @param millis the wall clock: a pass outlives this process, and its monotonic clock */
    record Clocks(LongSupplier nanoTime, LongSupplier millis) {}

    private final Ask ask;
    private final CopyVerifier verifier;
    private final ScrubPace pace;
    private final ScrubMetrics metrics;
    private final Clocks clocks;
    private final long term;

    private @Nullable ScrubState state;
    private Optional<PassBounds> bounds = Optional.empty();
    private final Deque<ChunkRecord> page = new ArrayDeque<>();
    private boolean lastPage;
    private long savedNanos;
    private long done;
    private long left = -1;
    private String note = "";
    private Optional<String> alarm = Optional.empty();
    private final List<ChunkId> damaged = new ArrayList<>();

    ScrubWorker(Ask ask, CopyVerifier verifier, ScrubPace pace, ScrubMetrics metrics, Clocks clocks, long term) {
        this.ask = ask;
        this.verifier = verifier;
        this.pace = pace;
        this.metrics = metrics;
        this.clocks = clocks;
        this.term = term;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Step step() {
        Query.WorkerState kept = ask.read(new Query.GetWorker(NAME));
        ScrubState now = state == null ? ScrubState.of(kept.cursor()) : state;
        long nowMillis = clocks.millis().getAsLong();
        metrics.last(now.last());
        boolean ordered = kept.started() > now.order();
        if (ordered || (!kept.paused() && !now.running() && pace.isDue(now, nowMillis))) {
            now = now.begin(nowMillis, kept.started());
            page.clear();
            bounds = Optional.empty();
            damaged.clear();
            save(now);
            LOG.info("A scrub pass begins{}", ordered ? ", as ordered" : "");
        }
        state = now;
        boolean wanted = now.running() && !kept.paused() && (pace.isEnabled() || now.byHand());
        Step step = wanted ? scrub(now) : rest(now, kept.paused());
        alarm = alarm(state, nowMillis, kept.paused());
        return step;
    }

    private Step rest(ScrubState now, boolean paused) {
        left = now.running() ? left : 0;
        if (paused) {
            note = "paused";
        } else if (!pace.isEnabled()) {
            note = "off: flare.scrub.enabled";
        } else {
            note = "next pass from " + Instant.ofEpochMilli(pace.nextMillis(now));
        }
        return new Step.Idle(pace.interval());
    }

    private Step scrub(ScrubState now) {
        try {
            return checkSome(now);
        } catch (RuntimeException e) {
            // What was taken from it was perhaps not judged: it is read again behind what was.
            page.clear();
            throw e;
        }
    }

    /** About as many bytes as the rate allows in a second: a pause is heard soon. */
    private Step checkSome(ScrubState before) {
        ScrubState now = before;
        long beganNanos = clocks.nanoTime().getAsLong();
        Held held = held();
        long nowMillis = clocks.millis().getAsLong();
        long rate = pace.bytesPerSecond(now, held.bytes, nowMillis);
        List<ChunkRecord> taken = take(now, rate);
        List<ChunkRecord> chunks =
                unlessNew(now, taken, nowMillis).stream().map(held::answering).toList();
        ScrubPass found = check(chunks);
        metrics.add(found);
        done += found.copies();
        if (!taken.isEmpty()) {
            now = now.advance(taken.get(taken.size() - 1).id(), found);
        }
        state = now;
        left = Math.max(0, held.copies - now.pass().copies());
        note = "pass since " + Instant.ofEpochMilli(now.pass().startedMillis());
        boolean foundBad = found.corrupt() + found.missing() > 0;
        if (page.isEmpty() && lastPage) {
            end(now);
        } else if (foundBad || clocks.nanoTime().getAsLong() - savedNanos >= SAVE_EVERY.toNanos()) {
            save(now);
        }
        long tookNanos = clocks.nanoTime().getAsLong() - beganNanos;
        long pauseNanos = (long) (1e9 * found.bytes() / rate) - tookNanos;
        return new Step.Paced(Duration.ofNanos(Math.max(0, pauseNanos)));
    }

    private void end(ScrubState now) {
        ScrubState ended = now.end(clocks.millis().getAsLong());
        save(ended);
        state = ended;
        metrics.last(ended.last());
        lastPage = false;
        LOG.info("A scrub pass ended: {}", ended.last());
    }

    private void save(ScrubState now) {
        ask.submit(new Command.SaveCursor(NAME, now.cursor(), term));
        savedNanos = clocks.nanoTime().getAsLong();
    }

    /** What nodes hold that are to be asked. */
    private record Held(long bytes, long copies, Set<NodeId> lost) {

        /** A lost node's copies count as gone, and healing replaces them. */
        private ChunkRecord answering(ChunkRecord chunk) {
            List<NodeId> nodes =
                    chunk.nodes().stream().filter(node -> !lost.contains(node)).toList();
            return new ChunkRecord(chunk.id(), chunk.length(), chunk.crc32c(), nodes);
        }
    }

    private Held held() {
        long bytes = 0;
        long copies = 0;
        Set<NodeId> lost = new HashSet<>();
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            if (usage.node().state() == NodeState.LOST) {
                lost.add(usage.node().id());
            } else {
                bytes += usage.bytes();
                copies += usage.copies();
            }
        }
        return new Held(bytes, copies, lost);
    }

    /** The next chunks, of about as many bytes in all their copies; one at least, unless there are none left. */
    private List<ChunkRecord> take(ScrubState now, long bytes) {
        if (page.isEmpty()) {
            List<ChunkRecord> read = ask.read(new Query.ScanChunks(now.after(), pace.batch()));
            lastPage = read.size() < pace.batch();
            page.addAll(read);
        }
        List<ChunkRecord> taken = new ArrayList<>();
        long sum = 0;
        while (!page.isEmpty() && (taken.isEmpty() || sum < bytes)) {
            ChunkRecord chunk = page.remove();
            taken.add(chunk);
            sum += chunk.length() * chunk.nodes().size();
        }
        return taken;
    }

    /** A pass that is late leaves out what came since it began, or it might never end. */
    private List<ChunkRecord> unlessNew(ScrubState now, List<ChunkRecord> chunks, long nowMillis) {
        if (bounds.isEmpty()) {
            bounds = Optional.of(
                    new PassBounds(ask.read(new Query.ListSessions()).live()));
        }
        if (!pace.isLate(now, nowMillis)) {
            return chunks;
        }
        PassBounds begun = bounds.get();
        return chunks.stream().filter(chunk -> !begun.isNew(chunk.id().blob())).toList();
    }

    private ScrubPass check(List<ChunkRecord> chunks) {
        Map<ChunkId, Map<NodeId, Verdict>> verdicts = verifier.verify(chunks);
        ScrubPass found = ScrubPass.NONE;
        for (ChunkRecord chunk : chunks) {
            found = found.plus(judge(chunk, verdicts.getOrDefault(chunk.id(), Map.of())));
        }
        return found;
    }

    private ScrubPass judge(ChunkRecord chunk, Map<NodeId, Verdict> verdicts) {
        List<NodeId> corrupt = located(chunk, verdicts, Verdict.CORRUPT);
        List<NodeId> missing = located(chunk, verdicts, Verdict.MISSING);
        long answered = verdicts.values().stream()
                .filter(verdict -> verdict != Verdict.UNANSWERED)
                .count();
        long unanswered = verdicts.size() - answered;
        List<NodeId> bad = new ArrayList<>(corrupt);
        bad.addAll(missing);
        boolean anyGood = verdicts.containsValue(Verdict.GOOD);
        long kept = 0;
        for (NodeId node : bad) {
            LOG.warn(
                    "The copy of chunk {} on node {} is {}",
                    chunk.id(),
                    node,
                    corrupt.contains(node) ? "corrupt" : "missing");
            kept += anyGood && drop(chunk, node) ? 0 : 1;
        }
        boolean isDamaged = !bad.isEmpty() && !anyGood && unanswered == 0;
        if (isDamaged) {
            LOG.error(
                    "Chunk {} has no good copy: corrupt on nodes {}, missing on nodes {}. What is left of it is kept",
                    chunk.id(),
                    corrupt,
                    missing);
            tell(chunk.id());
        }
        return new ScrubPass(
                0,
                0,
                answered,
                answered * chunk.length(),
                corrupt.size(),
                missing.size(),
                kept,
                isDamaged ? 1 : 0,
                unanswered);
    }

    /** Without those that were moved away or deleted while they were checked. */
    private List<NodeId> located(ChunkRecord chunk, Map<NodeId, Verdict> verdicts, Verdict bad) {
        List<NodeId> found = new ArrayList<>();
        for (NodeId node : chunk.nodes()) {
            if (verdicts.get(node) == bad
                    && ask.read(new Query.ExplainCopies(node, List.of(chunk.id())))
                            .equals(List.of(CopyStanding.LOCATED))) {
                found.add(node);
            }
        }
        return found;
    }

    /** Answers whether the location is gone; apply keeps a chunk's last one (I12). */
    private boolean drop(ChunkRecord chunk, NodeId node) {
        try {
            ask.submit(new Command.DropCopy(chunk.id(), node));
            return true;
        } catch (FlareException e) {
            if (e.fault() != Fault.CONFLICT) {
                throw e;
            }
            return false;
        }
    }

    private void tell(ChunkId chunk) {
        if (damaged.size() < MAX_EXAMPLES && !damaged.contains(chunk)) {
            damaged.add(chunk);
        }
    }

    private Optional<String> alarm(ScrubState now, long nowMillis, boolean paused) {
        long without = Math.max(now.pass().damaged(), now.last().damaged());
        if (without > 0) {
            String examples = damaged.isEmpty() ? "the log names them" : "such as " + damaged;
            return Optional.of(without + " chunks have no good copy (" + examples + ")");
        }
        damaged.clear();
        return pace.isOverdue(now, nowMillis)
                ? Optional.of(
                        "not all copies were checked within " + pace.period() + (paused ? ": scrubbing is paused" : ""))
                : Optional.empty();
    }

    @Override
    public Tally tally() {
        return new Tally(done, left, note, alarm);
    }
}
