package flare.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Flare of separate processes on loopback: API nodes that form one Raft group, and data nodes. */
final class Topology implements AutoCloseable {

    static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final Duration LEADER_LIMIT = Duration.ofSeconds(30);

    private final List<ServerProcess> apis = new ArrayList<>();
    private final List<ServerProcess> datas = new ArrayList<>();

    Topology(Path directory, int apiNodes, int dataNodes, int copies) {
        for (int i = 1; i <= dataNodes; i++) {
            datas.add(new ServerProcess("data-" + i, directory.resolve("data-" + i))
                    .set("flare.roles.0", "data")
                    .set("flare.data.nodes", 1)
                    .set("flare.cluster-secret", SECRET));
        }
        for (int i = 1; i <= apiNodes; i++) {
            ServerProcess api = new ServerProcess("api-" + i, directory.resolve("api-" + i))
                    .set("flare.roles.0", "api")
                    .set("flare.copies", copies)
                    .set("flare.cluster-secret", SECRET);
            for (int d = 0; d < dataNodes; d++) {
                api.set(
                        "flare.data-nodes." + d,
                        "http://127.0.0.1:" + datas.get(d).ports().data());
            }
            apis.add(api);
        }
        if (apiNodes > 1) {
            joinPeers();
        }
    }

    private void joinPeers() {
        String[] peers = apis.stream()
                .map(api -> api.name() + "@127.0.0.1:" + api.ports().raft())
                .toArray(String[]::new);
        for (ServerProcess api : apis) {
            api.set("flare.raft.peer", api.name());
            for (int i = 0; i < peers.length; i++) {
                api.set("flare.raft.peers." + i, peers[i]);
            }
        }
    }

    /** Sets a setting on every process. */
    Topology set(String key, Object value) {
        all().forEach(process -> process.set(key, value));
        return this;
    }

    Topology start() {
        all().forEach(ServerProcess::start);
        awaitReady();
        return this;
    }

    void awaitReady() {
        datas.forEach(ServerProcess::awaitLive);
        apis.forEach(ServerProcess::awaitReady);
    }

    /** The API process that leads the Raft group now. */
    ServerProcess awaitLeader() {
        long deadline = System.nanoTime() + LEADER_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            for (ServerProcess api : apis) {
                if (Admin.leads(api)) {
                    return api;
                }
            }
            Sleep.millis(100);
        }
        throw new IllegalStateException("no leader within " + LEADER_LIMIT);
    }

    ServerProcess api(int number) {
        return apis.get(number - 1);
    }

    ServerProcess data(int number) {
        return datas.get(number - 1);
    }

    List<ServerProcess> apis() {
        return List.copyOf(apis);
    }

    List<ServerProcess> datas() {
        return List.copyOf(datas);
    }

    List<ServerProcess> all() {
        return Stream.concat(datas.stream(), apis.stream()).collect(Collectors.toList());
    }

    @Override
    public void close() {
        all().forEach(ServerProcess::close);
    }
}
