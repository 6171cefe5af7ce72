package flare.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Whether the ports of nodes that are to be started are free, asked before the first of them starts. */
final class PortCheck {

    private PortCheck() {}

    /** Throws {@link LocalClusterException} naming each that is taken. */
    static void requireFree(List<LocalNode> nodes) {
        List<String> taken = new ArrayList<>();
        for (LocalNode node : nodes) {
            node.ports().forEach((port, purpose) -> {
                if (!isFree(node.host(), port)) {
                    taken.add(port + " (" + purpose + " of " + node.name() + ")");
                }
            });
        }
        if (!taken.isEmpty()) {
            throw new LocalClusterException(
                    "nothing was started: " + (taken.size() == 1 ? "port " : "ports ")
                            + String.join(", ", taken) + (taken.size() == 1 ? " is" : " are")
                            + " in use by other programs; stop them, or begin a cluster in another directory with another --port");
        }
    }

    /** As a server would bind it: what a closed connection left behind is no obstacle. */
    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
