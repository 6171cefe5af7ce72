package flare.data;

import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The data nodes of the latest node map: those of this process called directly, the others over HTTP. */
public final class ConnectedDataNodes implements DataNodes {

    private final Map<UUID, DataNode> local;
    private final DataNodeClients clients;

    private volatile Map<NodeId, DataNode> nodes = Map.of();
    private volatile Map<NodeId, DataNode> lost = Map.of();

    /** @param local the data nodes of this process by UUID */
    public ConnectedDataNodes(Map<UUID, DataNode> local, DataNodeClients clients) {
        this.local = Map.copyOf(local);
        this.clients = clients;
    }

    /** Takes over a node map; transfers under way on nodes that left it end by themselves. */
    public void update(List<NodeInfo> map) {
        Map<NodeId, DataNode> connected = new HashMap<>();
        Map<NodeId, DataNode> away = new HashMap<>();
        for (NodeInfo node : map) {
            if (node.state() != NodeState.REMOVED) {
                DataNode inProcess = local.get(node.uuid());
                Map<NodeId, DataNode> to = node.state() == NodeState.LOST ? away : connected;
                to.put(node.id(), inProcess != null ? inProcess : clients.at(node.uuid(), node.url()));
            }
        }
        lost = Map.copyOf(away);
        nodes = Map.copyOf(connected);
    }

    /** Also a LOST one, which {@link #find} does not know: nothing but its health may be asked for. */
    public Optional<DataNode> findToProbe(NodeId node) {
        return find(node).or(() -> Optional.ofNullable(lost.get(node)));
    }

    @Override
    public Optional<DataNode> find(NodeId node) {
        return Optional.ofNullable(nodes.get(node));
    }

    @Override
    public boolean isLocal(NodeId node) {
        DataNode connected = nodes.get(node);
        return connected != null && local.get(connected.uuid()) == connected;
    }
}
