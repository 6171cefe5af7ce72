package flare.object;

import flare.model.NodeId;
import flare.object.CopyReader.OpenCopy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Cancellable;

/**
 * Opens a copy of a chunk: the first that can be, and beside one that takes too long the next. What opens later than the one
 * that is taken is given back.
 */
final class HedgedOpening {

    private final PartRead read;
    private final long offset;
    private final CompletableFuture<OpenCopy> result = new CompletableFuture<>();
    private int running;
    private Cancellable timer = Cancellable.alreadyCancelled();

    private HedgedOpening(PartRead read, long offset) {
        this.read = read;
        this.offset = offset;
    }

    static CompletionStage<OpenCopy> of(PartRead read, long offset) {
        HedgedOpening opening = new HedgedOpening(read, offset);
        opening.next();
        return opening.result;
    }

    /** Counted before a copy is taken: an opening that fails meanwhile must not find that none is left. */
    private void next() {
        synchronized (this) {
            running++;
        }
        Optional<NodeId> node = read.takeNext();
        if (node.isPresent()) {
            open(node.get());
        } else if (isLastToEnd()) {
            result.completeExceptionally(read.nothingLeft());
        }
    }

    private synchronized boolean isLastToEnd() {
        running--;
        return running == 0;
    }

    private void open(NodeId node) {
        long begunNanos = read.hedging().nanos();
        CompletionStage<OpenCopy> opening = read.openOn(node, offset);
        if (!opening.toCompletableFuture().isDone()) {
            arm(node, opening.toCompletableFuture());
        }
        opening.whenComplete((copy, failure) -> {
            read.hedging().waited(node, read.hedging().nanos() - begunNanos);
            if (failure == null) {
                opened(copy);
            } else {
                failed(node, failure);
            }
        });
    }

    private void arm(NodeId node, CompletableFuture<OpenCopy> opening) {
        read.patienceNanos().ifPresent(patience -> {
            Cancellable armed = read.hedging().after(patience, () -> overdue(node, opening));
            synchronized (this) {
                timer = armed;
            }
            if (opening.isDone()) {
                armed.cancel();
            }
        });
    }

    private void overdue(NodeId node, CompletableFuture<OpenCopy> opening) {
        if (!opening.isDone() && !result.isDone()) {
            read.late(node);
            if (read.hedging().isGranted()) {
                next();
            }
        }
    }

    private void opened(OpenCopy copy) {
        synchronized (this) {
            running--;
            timer.cancel();
        }
        if (!result.complete(copy)) {
            read.giveBack(copy);
        }
    }

    private void failed(NodeId node, Throwable failure) {
        read.failed(node, failure);
        if (isLastToEnd() && !result.isDone()) {
            next();
        }
    }
}
