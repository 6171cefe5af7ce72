package flare.placement;

import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** The door to the placement actor: one ask a chunk, a few microseconds against the milliseconds of its transfer. */
public final class ActorPlacement implements Placement {

    /** The actor does no I/O: past this it is dead, not slow. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);

    private final ActorRef<PlacementActor.Command> actor;
    private final Scheduler scheduler;

    public ActorPlacement(ActorRef<PlacementActor.Command> actor, ActorSystem<?> system) {
        this.actor = actor;
        this.scheduler = system.scheduler();
    }

    @Override
    public CompletionStage<List<NodeId>> place(ChunkId chunk, int copies, Set<NodeId> excluded) {
        return AskPattern.<PlacementActor.Command, PlacementActor.Placed>ask(
                        actor,
                        replyTo -> new PlacementActor.Place(chunk, copies, excluded, replyTo),
                        ASK_TIMEOUT,
                        scheduler)
                .handle((placed, failure) -> {
                    if (placed == null) {
                        throw new FlareException(
                                Fault.UNAVAILABLE, "no placement for chunk " + chunk + " was given", failure);
                    }
                    return placed.nodes();
                });
    }
}
