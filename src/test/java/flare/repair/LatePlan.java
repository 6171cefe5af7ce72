package flare.repair;

import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Metadata whose first PlanCopy is not answered in time, and is committed when the test says so. */
final class LatePlan implements Metadata {

    private final InMemoryMetadata metadata;
    private Command.@Nullable PlanCopy held;
    private boolean over;

    LatePlan(InMemoryMetadata metadata) {
        this.metadata = metadata;
    }

    void commit() {
        if (held == null) {
            throw new AssertionError("nothing was planned");
        }
        metadata.submit(held).toCompletableFuture().join();
        held = null;
    }

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        if (!over && command instanceof Command.PlanCopy plan) {
            over = true;
            held = plan;
            return CompletableFuture.failedFuture(new FlareException(Fault.UNAVAILABLE, "no answer in time"));
        }
        return metadata.submit(command);
    }

    @Override
    public <R> CompletionStage<R> read(Query<R> query) {
        return metadata.read(query);
    }

    @Override
    public Session session() {
        return metadata.session();
    }

    @Override
    public RaftStatus status() {
        return metadata.status();
    }
}
