package flare.object;

import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/** Why copies of one chunk were lost, counted and in words. */
final class CopyLosses {

    private final ObjectMetrics metrics;
    private final List<String> reasons = new ArrayList<>();
    private int fullNodes;
    private int busyNodes;

    CopyLosses(ObjectMetrics metrics) {
        this.metrics = metrics;
    }

    void add(NodeId node, Throwable failure) {
        reasons.add("node " + node + ": " + failure.getMessage());
        if (failure instanceof DataNodeException refusal) {
            fullNodes += refusal.kind() == Kind.FULL ? 1 : 0;
            busyNodes += refusal.kind() == Kind.BUSY ? 1 : 0;
            metrics.copyFailed(refusal.kind().name());
        } else {
            metrics.copyFailed("OTHER");
        }
    }

    /** That the quorum can't be had: for want of space if full nodes would have made it up, for now if busy ones would. */
    FlareException tooMany(CopyOrder order, int copiesLeft) {
        return new FlareException(
                fault(order.quorum() - copiesLeft),
                "chunk " + order.chunk() + " needs " + order.quorum() + " durable copies, which can't be had: "
                        + String.join("; ", reasons));
    }

    private Fault fault(int lacking) {
        if (fullNodes >= lacking) {
            return Fault.INSUFFICIENT_STORAGE;
        }
        return fullNodes + busyNodes >= lacking ? Fault.SLOW_DOWN : Fault.UNAVAILABLE;
    }
}
