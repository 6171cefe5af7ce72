package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.SessionSettings;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.metadata.WorkerCursor;
import flare.model.BlobId;
import flare.model.ByteSize;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.model.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster in one thread under one seed: API processes that upload, overwrite, delete, abort, read under pins and crash;
 * nodes that go down, become LOST, come back and rot; coordinators that are deposed and go on for a while unaware, or die between any
 * two calls. Other things happen in the middle of a worker's step, since every call of it may let them.
 *
 * <p>Checked at each deletion: the copy is FREED below every live session's read mark, nothing locates it, and no live
 * reader may still turn to it. Checked at the end, when all has converged: each disk holds what is referenced, exactly.
 */
final class Simulation implements MemoryNode.Hooks {

    /** Ends a step at any call, as a power cut does; an Error, so that no handler of bad days takes it for one. */
    private static final class Died extends Error {
        Died() {
            super("the coordinator died");
        }
    }

    private static final int NODES = 5;
    private static final int WANTED = 2;
    private static final int KEYS = 12;
    private static final Duration LOST_AFTER = Duration.ofSeconds(6);
    private static final Duration RETURN_AFTER = Duration.ofSeconds(3);

    /** An API process: its session, uploads in flight by counter, readers and what it has to report. */
    private final class Api {
        final long session;
        long counter;
        final TreeMap<Long, List<ChunkRecord>> inFlight = new TreeMap<>();
        final List<Reader> readers = new ArrayList<>();
        final List<Command.NewContent.Blob> abandoned = new ArrayList<>();

        Api(int number) {
            session = world.ask.submit(new Command.OpenSession(new UUID(7, number), Optional.empty()));
        }

        long writeMark() {
            return inFlight.isEmpty() ? counter : inFlight.firstKey();
        }
    }

    private record Reader(long pin, List<ChunkRecord> chunks) {}

    /** One coordinator's workers, in the term it was elected for. */
    private final class Workers {
        final ReclaimWorker reclaim = reclaims.apply(world, meddled);
        final OrphanSweep sweep = world.sweep(meddled);
        final HealWorker heal = world.heal(meddled, Simulation.this::place);
        final RebalanceWorker rebalance = world.rebalance(meddled);
        final LostWatch watch = world.watch(meddled, LOST_AFTER, RETURN_AFTER);
        final SessionExpiry expiry = new SessionExpiry(
                new Ask(meddled, World.SETTINGS.callTimeout()),
                new SessionSettings(
                        Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofHours(6), ByteSize.mebibytes(1)),
                () -> world.nowNanos,
                world.metadata.term());

        List<RepairWorker> all() {
            return List.of(reclaim, sweep, heal, rebalance, expiry);
        }

        Stream<RepairWorker> planCopies() {
            return Stream.of(heal, rebalance);
        }

        boolean planCopies(RepairWorker worker) {
            return planCopies().anyMatch(worker::equals);
        }
    }

    private final Random random;
    private final World world;
    private final BiFunction<World, Metadata, ReclaimWorker> reclaims;
    private final Metadata meddled = new Meddled();
    private final List<Api> apis = new ArrayList<>();
    private final List<Workers> deposed = new ArrayList<>();
    private final Set<RepairWorker> stepping = new HashSet<>();
    private Workers leading;
    private boolean calm;
    private int depth;
    private int apiNumber;
    long deletions;
    long lost;
    long returned;

    /** @param reclaims makes the reclaim worker, so that a test can plant a bug */
    Simulation(long seed, BiFunction<World, Metadata, ReclaimWorker> reclaims) {
        this.random = new Random(seed);
        this.reclaims = reclaims;
        this.world = new World(NODES, WANTED, this);
        this.leading = new Workers();
        newApi();
        newApi();
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            world.nowNanos += Duration.ofMillis(random.nextInt(900)).toNanos();
            watchNodes();
            act();
        }
        converge();
        check();
    }

    private void act() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> upload();
            case 4 -> settleOne();
            case 5 -> delete();
            case 6, 7 -> openReader();
            case 8 -> closeReader();
            case 9, 10 -> renew(api());
            case 11 -> crashApi();
            case 12 -> changeNodes();
            case 13 -> rot();
            case 14 -> elect();
            default -> workerStep();
        }
        checkCopies();
    }

    // ---- API processes ----------------------------------------------------------------------------------------------

    private Api api() {
        return apis.get(random.nextInt(apis.size()));
    }

    private void newApi() {
        apis.add(new Api(apiNumber++));
    }

    private void upload() {
        Api api = api();
        BlobId blob = new BlobId(api.session, api.counter++);
        int[] up = world.nodes.stream()
                .filter(node -> node.up)
                .mapToInt(node -> node.number)
                .toArray();
        if (up.length == 0) {
            return;
        }
        int first = random.nextInt(up.length);
        int[] on = up.length == 1 || random.nextInt(4) == 0
                ? new int[] {up[first]}
                : new int[] {up[first], up[(first + 1) % up.length]};
        api.inFlight.put(blob.counter(), world.write(blob, 1 + random.nextInt(3), on));
        if (random.nextInt(4) > 0) {
            settle(api, blob.counter());
        }
    }

    private void settleOne() {
        Api api = api();
        if (!api.inFlight.isEmpty()) {
            settle(api, api.inFlight.firstKey());
        }
    }

    private void settle(Api api, long counter) {
        BlobId blob = new BlobId(api.session, counter);
        List<ChunkRecord> chunks = Objects.requireNonNull(api.inFlight.remove(counter));
        if (random.nextInt(4) == 0) {
            // What an abort names may be only part of what was written; the sweep finds the rest.
            if (random.nextBoolean()) {
                api.abandoned.add(new Command.NewContent.Blob(blob, WANTED, chunks));
            }
        } else {
            try {
                world.commit("key-" + random.nextInt(KEYS), blob, WANTED, chunks);
                leaveOver(api, blob, chunks);
            } catch (FlareException refused) {
                assertThat(refused.fault()).isEqualTo(Fault.UNAVAILABLE);
            }
        }
    }

    /** A copy that the write went on without: reported or not, and landing whenever it does. */
    private void leaveOver(Api api, BlobId blob, List<ChunkRecord> chunks) {
        ChunkRecord chunk = chunks.get(0);
        MemoryNode node = world.nodes.get(random.nextInt(NODES));
        NodeId id = new NodeId(node.number);
        if (random.nextInt(3) > 0 || !node.up || chunk.nodes().contains(id)) {
            return;
        }
        if (random.nextInt(3) > 0) {
            ChunkRecord other = new ChunkRecord(chunk.id(), chunk.length(), chunk.crc32c(), List.of(id));
            api.abandoned.add(new Command.NewContent.Blob(blob, WANTED, List.of(other)));
        }
        if (random.nextBoolean()) {
            renew(api);
            workerStep();
        }
        node.copies.putIfAbsent(chunk.id(), new MemoryNode.Copy(0, chunk.length(), chunk.crc32c()));
    }

    private void delete() {
        world.delete("key-" + random.nextInt(KEYS));
    }

    private void openReader() {
        Api api = api();
        long pin = world.metadata.status().appliedIndex();
        // Pinned before the question: an API process's own order.
        Reader pinned = new Reader(pin, new ArrayList<>());
        api.readers.add(pinned);
        meddle();
        try {
            Query.OpenedObject opened = world.ask.read(
                    new Query.OpenObject(World.BUCKET, ObjectKey.of("key-" + random.nextInt(KEYS)), api.session));
            if (opened.content() instanceof Query.Content.Extents slices) {
                pinned.chunks.addAll(slices.firstChunks());
            }
        } catch (FlareException refused) {
            api.readers.remove(pinned);
        }
    }

    private void closeReader() {
        Api api = api();
        if (!api.readers.isEmpty()) {
            api.readers.remove(random.nextInt(api.readers.size()));
        }
    }

    private void renew(Api api) {
        long applied = world.metadata.status().appliedIndex();
        long mark = api.readers.stream().mapToLong(Reader::pin).min().orElse(applied);
        List<Command.NewContent.Blob> reported = List.copyOf(api.abandoned);
        try {
            world.ask.submit(new Command.RenewSession(api.session, api.writeMark(), Math.min(mark, applied), reported));
            api.abandoned.removeAll(reported);
        } catch (FlareException expired) {
            apis.remove(api);
            newApi();
        }
        world.metadata.renew();
    }

    /** Gone without a word: its session stays until it is expired. */
    private void crashApi() {
        if (random.nextInt(3) == 0) {
            apis.remove(api());
            newApi();
        }
    }

    // ---- nodes ------------------------------------------------------------------------------------------------------

    private void changeNodes() {
        if (random.nextInt(3) == 0) {
            world.ask.submit(new Command.OrderWorker(
                    WorkerCursor.REBALANCE,
                    random.nextInt(3) > 0 ? Command.WorkerOrder.START : Command.WorkerOrder.PAUSE));
            return;
        }
        MemoryNode node = world.nodes.get(random.nextInt(NODES));
        if (!node.up) {
            node.up = true;
        } else if (world.nodes.stream().filter(other -> other.up).count() > 3) {
            node.up = false;
        }
    }

    /** As often as a real one looks, compared with its limits. */
    private void watchNodes() {
        long before = lostNodes();
        step(leading.watch);
        long now = lostNodes();
        lost += Math.max(0, now - before);
        returned += Math.max(0, before - now);
    }

    private long lostNodes() {
        return world.ask.read(new Query.ListNodes()).stream()
                .filter(usage -> usage.node().state() == NodeState.LOST)
                .count();
    }

    /** A copy is lost or goes bad where another good one counts, and a reader that met it says so. */
    private void rot() {
        Set<Integer> lost = world.ask.read(new Query.ListNodes()).stream()
                .map(Query.NodeUsage::node)
                .filter(node -> node.state() == NodeState.LOST)
                .map(node -> node.id().value())
                .collect(Collectors.toSet());
        List<ChunkRecord> records = world.records().stream()
                .filter(record ->
                        good(record).filter(node -> !lost.contains(node.number)).count() > 1)
                .toList();
        if (records.isEmpty()) {
            return;
        }
        ChunkRecord record = records.get(random.nextInt(records.size()));
        MemoryNode node = good(record)
                .filter(one -> !lost.contains(one.number))
                .findFirst()
                .orElseThrow();
        if (random.nextBoolean()) {
            node.copies.remove(record.id());
        } else {
            node.copies.put(record.id(), new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        }
        if (random.nextInt(3) > 0) {
            reportBad(record, node.number);
        }
    }

    private void reportBad(ChunkRecord record, int node) {
        try {
            world.ask.submit(new Command.DropCopy(record.id(), new NodeId(node)));
        } catch (FlareException refused) {
            assertThat(refused.fault()).isEqualTo(Fault.CONFLICT);
        }
    }

    private Stream<MemoryNode> good(ChunkRecord record) {
        return record.nodes().stream().map(id -> world.node(id.value())).filter(node -> isGood(record, node));
    }

    private static boolean isGood(ChunkRecord record, MemoryNode node) {
        MemoryNode.Copy copy = node.copies.get(record.id());
        return copy != null && copy.crc32c() == record.crc32c();
    }

    private CompletionStage<List<NodeId>> place(ChunkId chunk, int copies, Set<NodeId> excluded) {
        List<NodeId> usable = new ArrayList<>();
        for (MemoryNode node : world.nodes) {
            NodeId id = new NodeId(node.number);
            // Now and then a node that just went down is still taken for healthy.
            if (!excluded.contains(id) && (node.up || random.nextInt(10) == 0)) {
                usable.add(id);
            }
        }
        Collections.shuffle(usable, random);
        return CompletableFuture.completedStage(usable.stream().limit(copies).toList());
    }

    // ---- coordinators -----------------------------------------------------------------------------------------------

    private void elect() {
        if (random.nextInt(3) == 0) {
            deposed.add(leading);
            if (deposed.size() > 2) {
                deposed.remove(0);
            }
            world.metadata.elect();
            leading = new Workers();
        }
    }

    private void workerStep() {
        Workers workers =
                deposed.isEmpty() || random.nextInt(4) > 0 ? leading : deposed.get(random.nextInt(deposed.size()));
        RepairWorker worker = workers.all().get(random.nextInt(workers.all().size()));
        if (workers.planCopies(worker) && workers.planCopies().anyMatch(stepping::contains)) {
            // Those that plan copies take turns.
            return;
        }
        step(worker);
    }

    private void step(RepairWorker worker) {
        if (!stepping.add(worker)) {
            // Steps of one worker never overlap.
            return;
        }
        try {
            worker.step();
        } catch (FlareException badDay) {
            assertThat(badDay.fault()).isIn(Fault.CONFLICT, Fault.UNAVAILABLE);
        } catch (Died died) {
            world.metadata.elect();
            leading = new Workers();
        } finally {
            stepping.remove(worker);
        }
    }

    /** Anything may happen at any call of a worker. */
    private void meddle() {
        if (calm || depth > 1 || random.nextInt(6) > 0) {
            return;
        }
        depth++;
        try {
            act();
        } finally {
            depth--;
        }
    }

    /** Between any two calls of a worker its process may die, too. */
    private void meddleWithWorker() {
        if (!calm && random.nextInt(60) == 0) {
            throw new Died();
        }
        meddle();
    }

    @Override
    public void before(String call) {
        meddleWithWorker();
    }

    @Override
    public void deleting(MemoryNode node, ChunkId chunk, long freedIndex) {
        deletions++;
        Query.CopyStanding standing = world.ask
                .read(new Query.ExplainCopies(new NodeId(node.number), List.of(chunk)))
                .get(0);
        assertThat(standing)
                .as("standing of chunk %s deleted on node %d", chunk, node.number)
                .isNotIn(Query.CopyStanding.LOCATED, Query.CopyStanding.PENDING, Query.CopyStanding.IN_FLIGHT);
        assertThat(freedIndex)
                .as("index of chunk %s deleted on node %d", chunk, node.number)
                .isLessThan(world.ask.read(new Query.ListSessions()).lowestReadMark());
        for (Reader reader : liveReaders()) {
            for (ChunkRecord record : reader.chunks) {
                assertThat(record.id().equals(chunk) && record.nodes().contains(new NodeId(node.number)))
                        .as("a reader pinned at %d may need chunk %s on node %d", reader.pin, chunk, node.number)
                        .isFalse();
            }
        }
    }

    private List<Reader> liveReaders() {
        List<Long> live = world.ask.read(new Query.ListSessions()).live().stream()
                .map(Query.SessionInfo::id)
                .toList();
        return apis.stream()
                .filter(api -> live.contains(api.session))
                .flatMap(api -> api.readers.stream())
                .toList();
    }

    private void checkCopies() {
        for (ChunkRecord record : world.records()) {
            if (record.nodes().isEmpty()) {
                // Of a dead blob, and freed already.
                continue;
            }
            assertThat(good(record).count())
                    .as("good copies of chunk %s, located on %s", record.id(), record.nodes())
                    .isPositive();
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    private void converge() {
        calm = true;
        world.nodes.forEach(node -> node.up = true);
        apis.forEach(api -> api.readers.clear());
        apis.forEach(api -> List.copyOf(api.inFlight.keySet()).forEach(counter -> settle(api, counter)));
        scrub();
        world.metadata.elect();
        leading = new Workers();
        world.ask.submit(new Command.OrderWorker(WorkerCursor.REBALANCE, Command.WorkerOrder.START));
        for (int round = 0; round < 40; round++) {
            for (int look = 0; look < 12; look++) {
                world.nowNanos += Duration.ofMillis(500).toNanos();
                leading.watch.step();
            }
            List.copyOf(apis).forEach(this::renew);
            leading.expiry.step();
            World.untilIdle(leading.heal);
            World.untilIdle(leading.rebalance);
            // Many uploads were cut off without a word; an operator says that their chunks may go.
            if (leading.sweep.alarm().isPresent()) {
                world.resumeSweep();
            }
            leading.sweep.passNow();
            World.untilIdle(leading.sweep);
            World.untilIdle(leading.reclaim);
            scrub();
        }
    }

    private void scrub() {
        for (ChunkRecord record : world.records()) {
            for (NodeId node : record.nodes()) {
                if (!isGood(record, world.node(node.value()))) {
                    reportBad(record, node.value());
                }
            }
        }
    }

    private void check() {
        for (MemoryNode node : world.nodes) {
            assertThat(node.copies.keySet())
                    .as("chunks on node %d", node.number)
                    .containsExactlyInAnyOrderElementsOf(world.referencedOn(node.number));
            assertThat(world.freed(node.number)).isEmpty();
        }
        assertThat(world.records()).isNotEmpty();
        for (ChunkRecord record : world.records()) {
            assertThat(record.nodes()).as("copies of %s", record.id()).hasSize(WANTED);
            assertThat(good(record).count()).isEqualTo(WANTED);
        }
        assertThat(world.ask.read(new Query.ListPending(1))).isEmpty();
        assertThat(world.ask.read(new Query.ListDeadBlobs(1))).isEmpty();
        assertThat(leading.sweep.alarm()).isEmpty();
        assertThat(Rebalance.isBalanced(world.ask.read(new Query.GetWorker(WorkerCursor.REBALANCE))))
                .isTrue();
        assertThat(world.ask.read(new Query.ListNodes()))
                .allMatch(usage -> usage.node().state() == NodeState.ACTIVE);
    }

    /** The metadata as workers see it: before and after each call others may act. */
    private final class Meddled implements Metadata {

        @Override
        public <R> CompletionStage<R> submit(Command<R> command) {
            meddleWithWorker();
            CompletionStage<R> outcome = world.metadata.submit(command);
            meddleWithWorker();
            return outcome;
        }

        @Override
        public <R> CompletionStage<R> read(Query<R> query) {
            meddleWithWorker();
            CompletionStage<R> answer = world.metadata.read(query);
            meddleWithWorker();
            return answer;
        }

        @Override
        public Session session() {
            return world.metadata.session();
        }

        @Override
        public RaftStatus status() {
            return world.metadata.status();
        }
    }
}
