package flare.object;

import flare.data.DataNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException;
import flare.model.NodeId;
import flare.telemetry.CrashPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Writes one chunk to all its nodes in one pass: each piece is computed into the checksum once and handed to every copy,
 * and kept until the slowest copy under way has taken it.
 *
 * <pre>
 *                    ┌─────────┐ ──► copy on node a ──► receipt ┐
 *  chunk ──pieces───►│ CopyFan │ ──► copy on node b ──► receipt ├─► compared ─► StoredCopies
 *                    └─────────┘ ──► copy on node c ──► receipt ┘
 * </pre>
 *
 * <p>A copy that fails, differs, or is too late ({@link CopyRace}) is dropped; all others are waited for. Fewer than the
 * quorum fail the chunk at once. While everything the chunk has had so far is still at hand, a failed copy is begun
 * anew on another node.
 *
 * <p>A stage because {@code Broadcast} goes at the pace of the slowest and ends with the first that fails.
 */
final class CopyFan
        extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, CompletionStage<StoredCopies>> {

    /** A chunk's first bytes are kept this long for the sake of a copy that has to begin anew. */
    private static final int REPLAY_BYTES = 256 * 1024;

    /** Nodes tried beyond those that were placed. */
    private static final int MAX_REPLACEMENTS = 2;

    /** A copy is late that takes more than twice as long as the fastest, and at least this much more. */
    private static final long LATE_NANOS = Duration.ofMillis(100).toNanos();

    private static final int TICKS_PER_LAG_TIME = 8;
    private static final Duration SLOWEST_TICK = Duration.ofMillis(250);

    private final Inlet<ByteString> in = Inlet.create("CopyFan.in");
    private final SinkShape<ByteString> shape = SinkShape.of(in);
    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final CopyOrder order;
    private final UploadTrace trace;
    private final OutstandingBytes outstanding;

    CopyFan(
            ObjectEnvironment environment,
            ObjectMetrics metrics,
            CopyOrder order,
            UploadTrace trace,
            OutstandingBytes outstanding) {
        this.environment = environment;
        this.metrics = metrics;
        this.order = order;
        this.trace = trace;
        this.outstanding = outstanding;
    }

    @Override
    public SinkShape<ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<StoredCopies>> createLogicAndMaterializedValuePair(
            Attributes attributes) {
        CompletableFuture<StoredCopies> result = new CompletableFuture<>();
        return Pair.create(new Logic(result), result);
    }

    private record Answer(
            int copy,
            @Nullable CopyReceipt receipt,
            @Nullable Throwable failure) {}

    private final class Logic extends TimerGraphStageLogic {

        private final CompletableFuture<StoredCopies> result;
        private final CopyRace race;
        private final long queueLimitBytes;
        private final List<Copy> copies = new ArrayList<>();
        private final CopyLosses losses = new CopyLosses(metrics);
        private final ChunkBacklog backlog = new ChunkBacklog();
        private @Nullable AsyncCallback<Answer> answers;
        private @Nullable AsyncCallback<Optional<NodeId>> replacements;
        /** What the slowest copy has yet to take. */
        private long untakenBytes;

        private int awaitedReplacements;
        private long inputEndedNanos;
        private boolean inputEnded;

        Logic(CompletableFuture<StoredCopies> result) {
            super(shape);
            this.result = result;
            long lagLimit = environment.settings().copyLagLimit().bytes();
            race = new CopyRace(
                    order.quorum(),
                    lagLimit,
                    environment.settings().copyLagTime().toNanos());
            // Room above the limit, so that a copy which takes a piece now and then still counts as behind all the
            // time.
            queueLimitBytes = lagLimit + Math.max(lagLimit / 4, REPLAY_BYTES);
            setHandler(in, new ChunkHandler());
        }

        /** One copy under way: how far it is, and whether its stream is still open. */
        private final class Copy {
            private final int number = race.join();
            private final NodeId node;
            private final SubSourceOutlet<ByteString> outlet;
            private long acknowledgedNanos;
            private long nextPiece;
            private long takenBytes;

            Copy(NodeId node) {
                this.node = node;
                this.outlet = new SubSourceOutlet<>("CopyFan.copy-" + number);
            }

            boolean isHungry() {
                return takes() && outlet.isAvailable() && nextPiece == backlog.end();
            }

            boolean takes() {
                return race.isRunning(number) && !outlet.isClosed();
            }

            void offer() {
                if (!takes()) {
                    return;
                }
                if (outlet.isAvailable() && nextPiece < backlog.end()) {
                    ByteString piece = backlog.at(nextPiece++);
                    takenBytes += piece.size();
                    race.took(number, piece.size());
                    outlet.push(piece);
                }
                if (inputEnded && nextPiece == backlog.end()) {
                    outlet.complete();
                }
            }
        }

        @Override
        public void preStart() {
            setKeepGoing(true);
            answers = createAsyncCallback(this::answered);
            replacements = createAsyncCallback(this::replaced);
            Duration tick = environment.settings().copyLagTime().dividedBy(TICKS_PER_LAG_TIME);
            tick = tick.compareTo(SLOWEST_TICK) < 0 ? tick : SLOWEST_TICK;
            scheduleWithFixedDelay(this, tick, tick);
            order.nodes().forEach(this::begin);
            decide();
        }

        private void begin(NodeId node) {
            Copy copy = new Copy(node);
            copies.add(copy);
            copy.outlet.setHandler(new AbstractOutHandler() {
                @Override
                public void onPull() {
                    advance();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    // Its receipt says why, soon; if it doesn't, the copy is out all the same.
                    scheduleOnce(copy, environment.settings().copyLagTime());
                    advance();
                }
            });
            Optional<DataNode> found = environment.dataNodes().find(node);
            if (found.isEmpty()) {
                lose(copy, new DataNodeException(DataNodeException.Kind.UNREACHABLE, "node " + node + " is not known"));
                return;
            }
            // One copy shares this stream's actor; several run beside each other.
            Materializer materializer = order.nodes().size() == 1 ? subFusingMaterializer() : materializer();
            CompletionStage<CopyReceipt> receipt = Source.fromGraph(copy.outlet.source())
                    .runWith(found.get().put(order.chunk(), order.length()), materializer);
            trace.begin(order.chunk(), node, receipt);
            AsyncCallback<Answer> callback = Objects.requireNonNull(answers);
            receipt.whenComplete((stored, failure) -> callback.invoke(new Answer(copy.number, stored, failure)));
        }

        /** Gives every copy what it can take, forgets what all have, and asks for more if one is hungry and room is left. */
        private void advance() {
            copies.forEach(Copy::offer);
            forgetTaken();
            countUntaken();
            // A chunk whose copies keep up goes on whatever others hold; else the timer looks again.
            boolean room =
                    untakenBytes == 0 || (untakenBytes < queueLimitBytes && outstanding.bytes() < queueLimitBytes);
            if (!inputEnded && room && !hasBeenPulled(in) && copies.stream().anyMatch(Copy::isHungry)) {
                pull(in);
            }
        }

        private void forgetTaken() {
            if (isReplayable()) {
                return;
            }
            long needed = backlog.end();
            for (Copy copy : copies) {
                if (copy.takes()) {
                    needed = Math.min(needed, copy.nextPiece);
                }
            }
            backlog.forgetBefore(needed);
        }

        private void countUntaken() {
            long slowest = backlog.length();
            for (Copy copy : copies) {
                if (copy.takes()) {
                    slowest = Math.min(slowest, copy.takenBytes);
                }
            }
            long untaken = backlog.length() - slowest;
            outstanding.add(untaken - untakenBytes);
            untakenBytes = untaken;
        }

        /** Whether a copy could still begin from the first byte. */
        private boolean isReplayable() {
            return backlog.isWhole() && (backlog.length() <= REPLAY_BYTES || awaitedReplacements > 0);
        }

        private void answered(Answer answer) {
            Copy copy = copies.get(answer.copy());
            if (!race.isRunning(copy.number)) {
                return;
            }
            CopyReceipt receipt = answer.receipt();
            if (receipt == null) {
                lose(copy, answer.failure() == null ? new NullPointerException("no receipt") : answer.failure());
            } else if (!inputEnded || backlog.difference(receipt).isPresent()) {
                lose(
                        copy,
                        new DataNodeException(
                                DataNodeException.Kind.CHECKSUM_MISMATCH,
                                "chunk " + order.chunk() + " on node " + copy.node + ": "
                                        + backlog.difference(receipt).orElse("answered before the end")));
            } else {
                CrashPoint.COPY_ACKNOWLEDGED.reached();
                copy.acknowledgedNanos = environment.nanos().getAsLong();
                race.good(copy.number, copy.acknowledgedNanos);
            }
            advance();
            decide();
        }

        private void lose(Copy copy, Throwable wrapped) {
            Throwable failure = Failures.unwrap(wrapped);
            race.out(copy.number);
            if (!copy.outlet.isClosed()) {
                copy.outlet.fail(failure);
            }
            losses.add(copy.node, failure);
            if (isReplayable() && copies.size() < order.nodes().size() + MAX_REPLACEMENTS) {
                replace();
            }
        }

        private void replace() {
            awaitedReplacements++;
            Set<NodeId> tried = copies.stream().map(copy -> copy.node).collect(Collectors.toSet());
            tried.addAll(order.nodes());
            tried.addAll(order.avoid());
            AsyncCallback<Optional<NodeId>> callback = Objects.requireNonNull(replacements);
            environment
                    .placement()
                    .place(order.chunk(), 1, tried)
                    .whenComplete((nodes, failure) -> callback.invoke(
                            failure != null ? Optional.empty() : nodes.stream().findFirst()));
        }

        private void replaced(Optional<NodeId> node) {
            awaitedReplacements--;
            boolean unused = node.isPresent() && copies.stream().noneMatch(copy -> copy.node.equals(node.get()));
            if (unused) {
                begin(node.get());
            }
            advance();
            decide();
        }

        private void decide() {
            int reachable = race.goodCopies() + race.runningCopies() + awaitedReplacements;
            if (reachable < order.quorum()) {
                end(losses.tooMany(order, race.goodCopies() + race.runningCopies()));
            } else if (inputEnded && race.runningCopies() == 0 && awaitedReplacements == 0) {
                comparePace();
                List<NodeId> good = nodes(true);
                result.complete(new StoredCopies(backlog.length(), backlog.crc32c(), good, nodes(false)));
                completeStage();
            }
        }

        /** By what each copy took from the chunk's last byte on: before that, all may have waited for the client. */
        private void comparePace() {
            List<Copy> good =
                    copies.stream().filter(copy -> race.isGood(copy.number)).toList();
            if (good.size() > 1) {
                long fastest = good.stream()
                        .mapToLong(copy -> copy.acknowledgedNanos - inputEndedNanos)
                        .min()
                        .orElse(0);
                for (Copy copy : good) {
                    long behind = copy.acknowledgedNanos - inputEndedNanos - fastest;
                    environment.writePace().transferred(copy.node, behind > Math.max(fastest, LATE_NANOS));
                }
            }
        }

        private List<NodeId> nodes(boolean good) {
            return copies.stream()
                    .filter(copy -> race.isGood(copy.number) == good)
                    .map(copy -> copy.node)
                    .toList();
        }

        private void end(Throwable failure) {
            result.completeExceptionally(failure);
            for (Copy copy : copies) {
                if (!copy.outlet.isClosed()) {
                    copy.outlet.fail(failure);
                }
            }
            failStage(failure);
        }

        @Override
        public void onTimer(Object key) {
            if (key instanceof Copy copy) {
                if (race.isRunning(copy.number)) {
                    drop(copy, "its stream ended before the chunk did");
                }
            } else {
                for (int late : race.tooLate(environment.nanos().getAsLong(), this::isSilent)) {
                    environment.writePace().transferred(copies.get(late).node, true);
                    drop(copies.get(late), isSilent(late) ? "does not answer" : "too far behind the other copies");
                }
            }
            advance();
            decide();
        }

        private boolean isSilent(int copy) {
            return environment.silent().test(copies.get(copy).node);
        }

        private void drop(Copy copy, String reason) {
            lose(copy, new DataNodeException(DataNodeException.Kind.UNREACHABLE, reason));
        }

        @Override
        public void postStop() {
            outstanding.add(-untakenBytes);
            result.completeExceptionally(new IllegalStateException("chunk " + order.chunk() + " was given up"));
        }

        private final class ChunkHandler extends AbstractInHandler {
            @Override
            public void onPush() {
                backlog.add(grab(in));
                advance();
            }

            @Override
            public void onUpstreamFinish() {
                inputEnded = true;
                inputEndedNanos = environment.nanos().getAsLong();
                advance();
                decide();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
                end(failure);
            }
        }
    }
}
