package flare.cluster;

import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** This process's view of the data nodes: written by its {@link NodeMapActor}, read by anyone from any thread. */
public final class NodeMap {

    private volatile List<NodeView> views = List.of();

    /** All nodes of the node map, REMOVED ones too, in id order, as of one moment. */
    public List<NodeView> nodes() {
        return views;
    }

    /** Empty for a node this process has not heard of. */
    public Optional<NodeView> find(NodeId node) {
        return views.stream().filter(view -> view.node().id().equals(node)).findFirst();
    }

    public int usableNodes() {
        return (int) views.stream().filter(NodeView::usable).count();
    }

    void publish(Collection<NodeView> latest) {
        List<NodeView> ordered = new ArrayList<>(latest);
        ordered.sort(Comparator.comparing(view -> view.node().id()));
        views = List.copyOf(ordered);
    }
}
