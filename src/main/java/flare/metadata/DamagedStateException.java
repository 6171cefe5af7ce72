package flare.metadata;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The state on this node's disk is not what was written: nothing it says can be trusted any more. */
final class DamagedStateException extends IOException {

    private static final String WAY_OUT =
            ". The metadata on this node is damaged and must not be used. Stop the node, move"
                    + " its meta/state directory away, and start it again: the state is then made anew from the last snapshot and"
                    + " the log. If that is refused, too, the snapshot shares the damage: leave this peer down and replace it by"
                    + " a new peer id, which gets everything from the others";

    /** @param what names the file, or the row, and what was found */
    DamagedStateException(String what, @Nullable Throwable cause) {
        super(what + WAY_OUT, cause);
    }
}
