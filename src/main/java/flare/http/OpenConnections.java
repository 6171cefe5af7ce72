package flare.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * The connections of a port, for a server that wants to end without breaking an answer off. That an answer was handed to the
 * socket does not mean that the client has it: megabytes may wait in buffers, and are lost if the process resets the
 * connection. Where the system tells what its clients have not acknowledged, that is waited for. Elsewhere the client's own end
 * of the connection is the proof, unless it ended its side before it had the answer; without that a client is given time from
 * the answer's last byte on: for one that fits any receive window a set time, else as long as the server has for its stop.
 */
final class OpenConnections {

    /** A live client's system takes as much unasked, whatever the client does. */
    private static final long WINDOW_BYTES = 64 * 1024;

    /** What was handed to the socket's stream is in the system's hands by then, or its queue is full. */
    private static final Duration HAND_OVER = Duration.ofMillis(200);

    private final Duration linger;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    /** When the last byte of a long answer went to a client that had ended its side: nothing tells when it has it. */
    private final AtomicLong unprovenNanos;

    OpenConnections(Duration linger) {
        this.linger = linger;
        this.unprovenNanos = new AtomicLong(longAgo());
    }

    private static long longAgo() {
        return System.nanoTime() - Duration.ofDays(1).toNanos();
    }

    Connection add() {
        Connection connection = new Connection();
        connections.add(connection);
        return connection;
    }

    int count() {
        return connections.size();
    }

    boolean areNone() {
        return connections.isEmpty();
    }

    /**
     * Whether no client is left to whom something is still to be said, or may still be on its way.
     *
     * @param patience for long answers to be taken, from their last byte on
     */
    boolean areSettled(int localPort, long nowNanos, Duration patience) {
        if (!connections.stream().allMatch(connection -> connection.isHandedOver(nowNanos))) {
            return false;
        }
        return SendQueues.holdBytesOf(localPort)
                .map(held -> !held)
                .orElseGet(() -> areSettledByTime(nowNanos, patience));
    }

    boolean areSettledByTime(long nowNanos, Duration patience) {
        return nowNanos - unprovenNanos.get() >= patience.toNanos()
                && connections.stream().allMatch(connection -> connection.isSettled(nowNanos, patience));
    }

    final class Connection {

        private volatile long lastSentNanos = longAgo();
        /** Of the latest answer: its announced length, and what was sent since, its head included. */
        private volatile long answerBytes;

        private volatile long sentBytes;
        private volatile boolean written;
        private volatile boolean read;
        private volatile boolean endedEarly;

        /** An answer is owed. */
        void asked() {
            sentBytes = 0;
            answerBytes = Long.MAX_VALUE;
        }

        /** It is about to be sent. */
        void answers(HttpRequest request, HttpResponse response) {
            boolean bodiless = request.method().equals(HttpMethods.HEAD);
            answerBytes =
                    bodiless ? 0 : response.entity().getContentLengthOption().orElse(0);
        }

        /** What goes out to the socket passes here. */
        @SuppressWarnings("NonAtomicVolatileUpdate") // one answer at a time, written by its stream alone
        Flow<ByteString, ByteString, NotUsed> outbound() {
            return Flow.of(ByteString.class)
                    .map(bytes -> {
                        lastSentNanos = System.nanoTime();
                        sentBytes += bytes.size();
                        return bytes;
                    })
                    .watchTermination((none, ended) -> {
                        ended.whenComplete((done, broken) -> writtenToItsEnd(broken == null));
                        return none;
                    });
        }

        private void writtenToItsEnd(boolean whole) {
            endedEarly &= whole;
            written = true;
            forgetIfOver();
        }

        /** @param orderly the client ended its side; else the connection broke, or was cut */
        void readToItsEnd(boolean orderly) {
            endedEarly = orderly && !written && sentBytes < answerBytes;
            read = true;
            forgetIfOver();
        }

        private void forgetIfOver() {
            if (written && read && connections.remove(this) && endedEarly && answerBytes > WINDOW_BYTES) {
                unprovenNanos.accumulateAndGet(lastSentNanos, (a, b) -> a - b > 0 ? a : b);
            }
        }

        private boolean isHandedOver(long nowNanos) {
            return written && nowNanos - lastSentNanos >= HAND_OVER.toNanos();
        }

        private boolean isSettled(long nowNanos, Duration patience) {
            Duration wanted = answerBytes > WINDOW_BYTES ? patience : linger;
            return written && nowNanos - lastSentNanos >= wanted.toNanos();
        }
    }
}
