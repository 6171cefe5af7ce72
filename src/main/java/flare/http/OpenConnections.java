package flare.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * The connections of a port, for a server that wants to end without breaking an answer off. That an answer was handed to the
 * socket does not mean that the client has it: megabytes may wait in buffers, and are lost if the process resets the
 * connection. The client's own end of it is the proof; one that ends nothing is given a set time after the last byte.
 */
final class OpenConnections {

    private static final Duration LINGER = Duration.ofSeconds(10);

    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    Connection add() {
        Connection connection = new Connection();
        connections.add(connection);
        return connection;
    }

    /** Whether no client is left to whom something is still to be said, or may still be on its way. */
    boolean areSettled(long nowNanos) {
        return connections.stream().allMatch(connection -> connection.isSettled(nowNanos));
    }

    final class Connection {

        private volatile long lastSentNanos = System.nanoTime() - LINGER.toNanos();
        private volatile boolean written;
        private volatile boolean read;

        /** What goes out to the socket passes here. */
        Flow<ByteString, ByteString, NotUsed> outbound() {
            return Flow.of(ByteString.class)
                    .map(bytes -> {
                        lastSentNanos = System.nanoTime();
                        return bytes;
                    })
                    .watchTermination((none, ended) -> {
                        ended.whenComplete((done, broken) -> {
                            written = true;
                            forgetIfOver();
                        });
                        return none;
                    });
        }

        /** The client ended its side, or the connection broke. */
        void readToItsEnd() {
            read = true;
            forgetIfOver();
        }

        private void forgetIfOver() {
            if (written && read) {
                connections.remove(this);
            }
        }

        private boolean isSettled(long nowNanos) {
            return written && (read || nowNanos - lastSentNanos >= LINGER.toNanos());
        }
    }
}
