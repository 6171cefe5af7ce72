package flare.metadata;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** The replicated log as the actors see it. Nothing here blocks for longer than it takes to hand over. */
interface CommandLog {

    /**
     * Puts the commands into one entry. Completes once it is committed and applied where it was proposed; a failure says
     * nothing about the outcome, so that the same commands are to be proposed again under the same operation ids.
     */
    CompletionStage<Committed> propose(List<Envelope> commands);

    /**
     * Completes when the local state holds everything that was committed, anywhere in the group, before the call. Fails
     * when no leader confirms that.
     */
    CompletionStage<Void> confirm();

    /** Whether {@link #confirm} would complete at once: a peer that is alone has nobody to ask. */
    boolean confirmed();

    /** One outcome a command, in order. */
    record Committed(long index, List<Outcome> outcomes) {
        public Committed {
            outcomes = List.copyOf(outcomes);
        }
    }
}
