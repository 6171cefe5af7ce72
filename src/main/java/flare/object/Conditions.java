package flare.object;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Optional;

/**
 * An early look at a write's condition, so that a body that has no chance is not asked for. The decision is made in the
 * log, when the command applies.
 */
final class Conditions {

    private static final String ANY = "*";

    private Conditions() {}

    /** RFC 9110 sections 13.1.1 and 13.1.2, strong comparison. */
    static boolean hold(WriteCondition condition, Optional<ObjectInfo> current) {
        boolean matches = condition.ifMatch().isEmpty() || names(condition.ifMatch(), current);
        return matches && !names(condition.ifNoneMatch(), current);
    }

    /** As the log will put it. */
    static FlareException refusal(WriteCondition condition, Optional<ObjectInfo> current, ObjectKey key) {
        boolean missing = current.isEmpty() && !condition.ifMatch().isEmpty();
        return new FlareException(
                missing ? Fault.NO_SUCH_KEY : Fault.PRECONDITION_FAILED,
                "the condition does not hold for key " + key
                        + (current.isEmpty()
                                ? ", which does not exist"
                                : " with ETag " + current.get().etag()));
    }

    private static boolean names(List<String> etags, Optional<ObjectInfo> current) {
        return current.isPresent()
                && (etags.contains(ANY) || etags.contains(current.get().etag()));
    }
}
