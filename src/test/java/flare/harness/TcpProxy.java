package flare.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A bad link: passes connections on to a port and flips bits on the way, cuts them, or lets bytes through slowly. */
final class TcpProxy implements AutoCloseable {

    private static final int PIECE_BYTES = 64 * 1024;
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Direction toTarget = new Direction();
    private final Direction fromTarget = new Direction();
    private volatile boolean closed;

    /** What happens to bytes that go one way, on all connections together. */
    static final class Direction {
        private volatile long flipEvery = NEVER;
        private volatile long bytesPerSecond = NEVER;
        private volatile long lineBytesPerSecond = NEVER;
        private final AtomicLong lineFreeNanos = new AtomicLong(System.nanoTime());
        private volatile long delayMillis;
        private final AtomicLong passed = new AtomicLong();
        private final AtomicLong flipped = new AtomicLong();
        private volatile long cutEvery = NEVER;
        private final AtomicLong pieces = new AtomicLong();
        private final AtomicLong cut = new AtomicLong();

        /** Flips a bit of one byte in so many. */
        void flipEvery(long bytes) {
            flipEvery = bytes;
        }

        /**
         * Ends the connection in place of passing on one in so many pieces, such as a small message. What went the other
         * way has arrived: cut from the target, a request has its effect and no answer.
         */
        void cutEvery(long count) {
            cutEvery = count;
        }

        void sound() {
            flipEvery = NEVER;
            cutEvery = NEVER;
        }

        long cut() {
            return cut.get();
        }

        private boolean cuts() {
            long every = cutEvery;
            boolean cuts = every != NEVER && pieces.incrementAndGet() % every == 0;
            if (cuts) {
                cut.incrementAndGet();
            }
            return cuts;
        }

        /** For each connection. */
        void throttle(long limitBytesPerSecond) {
            bytesPerSecond = limitBytesPerSecond;
        }

        /** For all connections together, one after the other, as on a narrow line. */
        void narrowTo(long limitBytesPerSecond) {
            lineBytesPerSecond = limitBytesPerSecond;
        }

        /** How much later all bytes arrive, on connections made from now on; as many a second as ever. */
        void delay(long millis) {
            delayMillis = millis;
        }

        private void takeTurn(int length) {
            long rate = lineBytesPerSecond;
            if (rate == NEVER) {
                return;
            }
            long now = System.nanoTime();
            long needed = 1_000_000_000L * length / rate;
            long done = lineFreeNanos.updateAndGet(free -> (free - now > 0 ? free : now) + needed);
            Sleep.millis((done - now) / 1_000_000);
        }

        long flipped() {
            return flipped.get();
        }

        private void spoil(byte[] bytes, int length) {
            long every = flipEvery;
            long before = passed.getAndAdd(length);
            if (every == NEVER) {
                return;
            }
            for (long at = (before / every + 1) * every; at < before + length; at += every) {
                bytes[(int) (at - before)] ^= (byte) (1 << (at / every % 8));
                flipped.incrementAndGet();
            }
        }
    }

    /** Listens on a port of its own. */
    TcpProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    Direction toTarget() {
        return toTarget;
    }

    Direction fromTarget() {
        return fromTarget;
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                start(() -> pass(client, server, toTarget));
                start(() -> pass(server, client, fromTarget));
            } catch (IOException e) {
                // Closed, or the target does not listen: the next connection may fare better.
            }
        }
    }

    private void pass(Socket from, Socket to, Direction direction) {
        byte[] bytes = new byte[PIECE_BYTES];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = late(to.getOutputStream(), direction.delayMillis)) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                if (direction.cuts()) {
                    return;
                }
                direction.spoil(bytes, length);
                direction.takeTurn(length);
                out.write(bytes, 0, length);
                if (direction.bytesPerSecond != NEVER) {
                    Sleep.millis(1_000L * length / direction.bytesPerSecond);
                }
            }
        } catch (IOException e) {
            // One side is gone, and with it goes the other.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static OutputStream late(OutputStream out, long delayMillis) {
        return delayMillis == 0 ? out : new LateStream(out, delayMillis);
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeConnections();
    }

    void closeConnections() {
        try {
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
