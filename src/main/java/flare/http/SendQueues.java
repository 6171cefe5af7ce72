package flare.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the system still has to deliver of what was written to sockets: Java has no call for it, Linux has a file. */
final class SendQueues {

    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String LISTENING = "0A";

    private SendQueues() {}

    /** Whether a client of this port has not acknowledged all that was sent to it; empty where nothing tells. */
    static Optional<Boolean> holdBytesOf(int localPort) {
        String port = String.format(":%04X", localPort);
        boolean told = false;
        for (Path table : TABLES.stream().filter(Files::isReadable).toList()) {
            try (Stream<String> rows = Files.lines(table)) {
                if (rows.skip(1).anyMatch(row -> isUnacknowledged(row.strip().split("\\s+"), port))) {
                    return Optional.of(true);
                }
                told = true;
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return told ? Optional.of(false) : Optional.empty();
    }

    /** Of a row: number, local address, remote address, state, bytes to be sent:bytes received, all in hex. */
    private static boolean isUnacknowledged(String[] row, String port) {
        return row.length > 4 && row[1].endsWith(port) && !row[3].equals(LISTENING) && !row[4].startsWith("00000000:");
    }
}
