package flare.local;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One process of the cluster and where it listens.
 *
 * @param name {@code api-1}, {@code data-1}, …
 * @param host address of all its ports
 * @param port objects of an API node, chunks of a data node
 * @param raftPort of an API node; 0 of a data node
 */
public record LocalNode(String name, Role role, String host, int port, int adminPort, int raftPort) {

    /** What the process is. */
    public enum Role {
        /** Takes objects, and votes on the metadata. */
        PEER,
        /** Takes objects, and follows the metadata without a vote. */
        LISTENER,
        DATA
    }

    public boolean isApi() {
        return role != Role.DATA;
    }

    public URI admin() {
        return URI.create("http://" + host + ":" + adminPort);
    }

    /** What each of its ports is for. */
    Map<Integer, String> ports() {
        Map<Integer, String> ports = new LinkedHashMap<>();
        ports.put(port, isApi() ? "object port" : "chunk port");
        ports.put(adminPort, "admin port");
        if (isApi()) {
            ports.put(raftPort, "Raft port");
        }
        return ports;
    }

    @Override
    public String toString() {
        return name;
    }
}
