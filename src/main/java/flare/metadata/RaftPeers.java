package flare.metadata;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** The Raft group's members, for an operator to look at and change. Stages fail with {@link flare.model.FlareException}. */
public interface RaftPeers {

    /** All members, each asked now; one that does not answer is shown so. */
    CompletionStage<List<RaftPeerView>> list();

    /**
     * Completes when the change is committed. Fails with CONFLICT if the group would be worse off: without a majority that
     * answers, or, unless that is asked for, with an even number of voters.
     */
    CompletionStage<Void> change(RaftChange change);
}
