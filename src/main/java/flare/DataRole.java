package flare;

import flare.admin.doctor.Place;
import flare.config.Settings;
import flare.data.DataNode;
import flare.data.DataNodeClients;
import flare.data.DataNodeException;
import flare.data.DataNodeServer;
import flare.data.FileChunkStore;
import flare.data.LocalDataNode;
import flare.http.ClusterSecret;
import flare.http.HttpServer;
import flare.http.SteadyClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;

/** The data nodes of this process: one store and one port for each directory. */
final class DataRole {

    private static final Duration BIND_LIMIT = Duration.ofSeconds(20);

    private final Map<UUID, LocalDataNode> nodes = new LinkedHashMap<>();
    private final OwnDisks disks = new OwnDisks();
    private final List<URI> urls = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    private DataRole() {}

    static DataRole none() {
        return new DataRole();
    }

    static DataRole start(
            ActorSystem<?> system,
            Settings settings,
            ClusterSecret secret,
            ClusterIdentity cluster,
            DataNodeClients peers,
            NodesTls tls,
            Closing closing) {
        DataRole role = new DataRole();
        int port = settings.data().port();
        for (Path directory : directories(settings)) {
            LocalDataNode node = open(system, settings, directory, cluster, peers);
            closing.add("data node in " + directory, node);
            DataNodeServer server = new DataNodeServer(
                    system,
                    node,
                    secret,
                    id -> {
                        node.store().adoptCluster(id);
                        cluster.learn(id);
                    },
                    settings.data(),
                    new SteadyClock());
            HttpServer bound = Await.started(
                    "data node port " + port, server.bind(settings.node().bind(), port, tls.certificate()), BIND_LIMIT);
            Duration limit = settings.node().shutdownLimit();
            closing.add("data node port " + bound.port(), () -> Await.stopped(bound.stop(limit), limit.plus(limit)));
            role.nodes.put(node.uuid(), node);
            role.disks.add(node);
            role.places.add(new Place(
                    "data node " + node.uuid(),
                    directory,
                    "flare.data.reserve",
                    settings.data().reserve()));
            role.urls.add(URI.create(settings.nodesTls().scheme() + "://"
                    + Hosts.reachable(settings.node().bind()) + ":" + bound.port()));
            port = port == 0 ? 0 : port + 1;
        }
        return role;
    }

    private static List<Path> directories(Settings settings) {
        if (!settings.data().dirs().isEmpty()) {
            return settings.data().dirs();
        }
        return IntStream.rangeClosed(1, settings.data().nodes())
                .mapToObj(number -> settings.node().dataDir().resolve("data-" + number))
                .toList();
    }

    private static LocalDataNode open(
            ActorSystem<?> system, Settings settings, Path directory, ClusterIdentity cluster, DataNodeClients peers) {
        try {
            FileChunkStore store = FileChunkStore.open(directory, Optional.empty(), settings.data(), Clock.systemUTC());
            try {
                store.cluster().ifPresent(cluster::learn);
            } catch (StartFailedException e) {
                store.close();
                throw e;
            }
            return new LocalDataNode(
                    store,
                    order -> peers.at(order.sourceUuid(), order.sourceUrl()),
                    Materializer.matFromSystem(system.classicSystem()));
        } catch (DataNodeException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The process's own nodes, to be reached without HTTP. */
    Map<UUID, DataNode> nodes() {
        return Map.copyOf(nodes);
    }

    List<URI> urls() {
        return List.copyOf(urls);
    }

    List<Place> places() {
        return List.copyOf(places);
    }

    OwnDisks disks() {
        return disks;
    }

    /** Has fresh directories belong to the cluster. */
    void adoptCluster(UUID id) {
        nodes.values().forEach(node -> node.store().adoptCluster(id));
    }
}
