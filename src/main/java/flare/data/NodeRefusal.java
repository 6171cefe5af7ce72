package flare.data;

/** A call that a data node's port refuses before the node itself is asked. */
final class NodeRefusal extends RuntimeException {

    private final NodeError error;

    NodeRefusal(NodeError error, String message) {
        super(message);
        this.error = error;
    }

    NodeError error() {
        return error;
    }
}
