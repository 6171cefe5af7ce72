package flare.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A download that takes its time: a small receive buffer and small reads, so that the server has to wait for it. */
final class SlowGet implements AutoCloseable {

    private static final int WINDOW_BYTES = 16 * 1024;
    private static final int READ_BYTES = 16 * 1024;

    private final Socket socket = new Socket();
    private final InputStream in;

    /** Asks, and reads the head of the answer; throws if it is not 200. */
    SlowGet(URI server, String key) throws IOException {
        socket.setReceiveBufferSize(WINDOW_BYTES);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
        String head = "GET /object/" + key + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the answer ended in its head: " + answer);
            }
            answer.append((char) next);
        }
        if (!answer.toString().startsWith("HTTP/1.1 200 ")) {
            throw new IOException(answer.toString());
        }
    }

    /** Reads to the end, evenly over so long a time. */
    byte[] readOver(long millis, int expectedBytes) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(expectedBytes);
        byte[] piece = new byte[READ_BYTES];
        long begin = System.nanoTime();
        for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
            body.write(piece, 0, length);
            long dueMillis = millis * body.size() / expectedBytes;
            long elapsedMillis = (System.nanoTime() - begin) / 1_000_000;
            if (elapsedMillis < dueMillis) {
                Sleep.millis(dueMillis - elapsedMillis);
            }
        }
        return body.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
