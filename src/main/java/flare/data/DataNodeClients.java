package flare.data;

import flare.config.DataSettings;
import flare.data.DataNode.NodeHealth;
import flare.http.NodeCertificate;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** The data nodes in other processes that this one has called, each with its connections. */
public final class DataNodeClients implements AutoCloseable {

    private static final UUID UNKNOWN = new UUID(0, 0);

    private final ActorSystem<?> system;
    private final NodeCredentials credentials;
    private final DataSettings settings;
    private final Optional<NodeCertificate> tls;
    private final Map<URI, NodeConnections> connections = new HashMap<>();
    private final Map<Address, DataNode> nodes = new HashMap<>();

    private record Address(UUID uuid, URI url) {}

    public DataNodeClients(ActorSystem<?> system, NodeCredentials credentials, DataSettings settings) {
        this(system, credentials, settings, Optional.empty());
    }

    /** @param tls with it nodes are called over TLS only, without it without */
    public DataNodeClients(
            ActorSystem<?> system, NodeCredentials credentials, DataSettings settings, Optional<NodeCertificate> tls) {
        this.tls = tls;
        this.system = system;
        this.credentials = credentials;
        this.settings = settings;
    }

    /** The node, expected at that URL ({@code http://host:port}, over TLS {@code https://host:port}); reaching it is the first call's matter. */
    public synchronized DataNode at(UUID uuid, URI url) {
        return nodes.computeIfAbsent(new Address(uuid, url), address -> client(uuid, url));
    }

    /** Which node answers at a URL: before it has a place in the node map. */
    public CompletionStage<NodeHealth> identify(URI url) {
        return client(UNKNOWN, url).observedHealth();
    }

    private HttpDataNode client(UUID uuid, URI url) {
        return new HttpDataNode(system.classicSystem(), uuid, url, credentials, connectionsTo(url), settings);
    }

    private synchronized NodeConnections connectionsTo(URI url) {
        return connections.computeIfAbsent(url, to -> new NodeConnections(system.classicSystem(), to, settings, tls));
    }

    /** Connections open to one URL, idle ones included. */
    synchronized int openTo(URI url) {
        NodeConnections to = connections.get(url);
        return to == null ? 0 : to.open();
    }

    /** Closes connections as they become idle; calls after it fail. */
    @Override
    public synchronized void close() {
        connections.values().forEach(NodeConnections::close);
    }
}
