package flare.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections of a port that wait to be accepted, or that its process holds a descriptor of, as Linux lists them. Those that
 * the process has closed are listed for a while, too, without an owner.
 */
final class HeldConnections {

    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String ESTABLISHED = "01";
    private static final String LISTENING = "0A";
    private static final String NO_OWNER = "0";

    private HeldConnections() {}

    /** Their clients' addresses, such as {@code 127.0.0.2:40000}. */
    static Set<String> of(int port) throws IOException {
        String local = String.format(":%04X", port);
        Set<String> clients = new HashSet<>();
        for (Path table : TABLES) {
            if (Files.isReadable(table)) {
                for (String row : Files.readAllLines(table)) {
                    String[] columns = row.strip().split("\\s+", -1);
                    boolean held = columns[3].equals(ESTABLISHED) || !columns[9].equals(NO_OWNER);
                    if (columns[1].endsWith(local) && held && !columns[3].equals(LISTENING)) {
                        clients.add(address(columns[2]));
                    }
                }
            }
        }
        return clients;
    }

    /** From hexadecimal digits; an IPv4 address stands, its bytes in reverse, at the end of a mapped one as well. */
    private static String address(String hex) {
        int colon = hex.indexOf(':');
        StringBuilder address = new StringBuilder();
        for (int at = colon - 2; at >= colon - 8; at -= 2) {
            address.append(Integer.parseInt(hex.substring(at, at + 2), 16)).append(at == colon - 8 ? ":" : ".");
        }
        return address.append(Integer.parseInt(hex.substring(colon + 1), 16)).toString();
    }
}
