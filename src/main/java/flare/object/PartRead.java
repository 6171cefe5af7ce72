package flare.object;

import flare.chunk.CorruptBlockException;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.object.CopyReader.OpenCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one part through its chunk's copies: which copy comes next, and what was wrong with those before. Every
 * copy is tried; one that could not be reached or broke off is tried once more after the others, and again whenever it
 * has given something since. Thread-safe: a copy that is asked beside a slow one answers when it likes.
 */
final class PartRead {

    private final CopyReader reader;
    private final DamageReport damage;
    private final ObjectMetrics metrics;
    private final ChunkPart part;
    private final ArrayDeque<NodeId> untried;
    private final Set<NodeId> triedAgain = new HashSet<>();
    private final Set<NodeId> late = new HashSet<>();
    private final List<NodeId> suspects = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private boolean someUnreached;
    private @Nullable CompletionStage<OpenCopy> opening;

    PartRead(CopyReader reader, DamageReport damage, ObjectMetrics metrics, ChunkPart part) {
        this.reader = reader;
        this.damage = damage;
        this.metrics = metrics;
        this.part = part;
        this.untried = new ArrayDeque<>(reader.order(part.chunk()));
        hedging().begun();
    }

    ChunkPart part() {
        return part;
    }

    Hedging hedging() {
        return reader.hedging();
    }

    /** Begins to open a copy before its bytes are wanted. */
    synchronized CompletionStage<OpenCopy> open() {
        CompletionStage<OpenCopy> begun = opening;
        if (begun == null) {
            begun = openNext(part.wanted().offset());
            opening = begun;
        }
        return begun;
    }

    /** Gives up what {@link #open} began, for a part nobody will read. */
    synchronized void discard() {
        CompletionStage<OpenCopy> begun = opening;
        if (begun != null) {
            begun.thenAccept(this::giveBack);
        }
    }

    /** The copy was opened and is not needed, for now. */
    void giveBack(OpenCopy unused) {
        unused.discard(reader.materializer());
        passedOver(unused.node());
    }

    /** Another copy was faster: this one is a last resort. */
    synchronized void passedOver(NodeId node) {
        untried.addLast(node);
    }

    /**
     * Opens the next copy that can be, to go on from an offset in the chunk. Fails when none is left: DATA_DAMAGED if
     * all of them are missing or wrong, UNAVAILABLE if a good one may be where it can't be reached.
     */
    CompletionStage<OpenCopy> openNext(long offset) {
        return HedgedOpening.of(this, offset);
    }

    CompletionStage<OpenCopy> openOn(NodeId node, long offset) {
        return reader.open(part.chunk(), node, part.from(offset));
    }

    synchronized Optional<NodeId> takeNext() {
        return Optional.ofNullable(untried.poll());
    }

    /** How long to wait for a copy before the next is asked; empty if there is none, or it never is. */
    synchronized OptionalLong patienceNanos() {
        NodeId next = untried.peek();
        long patience = next == null ? Long.MAX_VALUE : hedging().patienceNanos(next);
        return patience == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(patience);
    }

    /** The copy gives nothing for longer than another would take. */
    synchronized void late(NodeId node) {
        if (late.add(node)) {
            hedging().ended(node, true);
        }
    }

    /** The copy gave bytes that were right. */
    synchronized void progressed(NodeId node) {
        triedAgain.remove(node);
    }

    /** The copy failed; {@link #openNext} will pass it over, or come back to it. */
    synchronized void failed(NodeId node, Throwable wrapped) {
        Throwable failure = Failures.unwrap(wrapped);
        Kind kind = kindOf(failure);
        metrics.failedOver(kind.name());
        reasons.add("node " + node + ": " + failure.getMessage());
        if (kind == Kind.CORRUPT || kind == Kind.NOT_FOUND) {
            suspects.add(node);
        } else if (triedAgain.add(node)) {
            untried.addLast(node);
        } else {
            someUnreached = true;
        }
    }

    private static Kind kindOf(Throwable failure) {
        if (failure instanceof DataNodeException named) {
            return named.kind();
        }
        return failure instanceof CorruptBlockException ? Kind.CORRUPT : Kind.UNREACHABLE;
    }

    /** All bytes were given by good copies, the last by this one: those that turned out bad can be spared. */
    synchronized void completed(NodeId last) {
        if (!late.contains(last)) {
            hedging().ended(last, false);
        }
        ChunkRecord chunk = part.chunk();
        suspects.forEach(node -> damage.suspect(chunk, node));
    }

    /** Why no copy can be opened any more. */
    synchronized FlareException nothingLeft() {
        ChunkRecord chunk = part.chunk();
        return new FlareException(
                someUnreached ? Fault.UNAVAILABLE : Fault.DATA_DAMAGED,
                "no copy of chunk " + chunk.id() + " can be read: "
                        + (reasons.isEmpty() ? "none is left" : String.join("; ", reasons)));
    }
}
