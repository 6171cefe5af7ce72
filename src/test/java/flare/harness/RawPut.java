package flare.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An upload whose every byte is sent when the test says so. */
final class RawPut implements AutoCloseable {

    private static final int ANSWER_LIMIT_MILLIS = 30_000;

    private final Socket socket;
    private final byte[] body;
    private int sent;

    RawPut(URI server, String key, byte[] body) throws IOException {
        this.body = body;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
        socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
        String head = "PUT /object/" + key + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends up to this many bytes of the body in all. */
    void sendUpTo(int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(body, sent, length - sent);
        out.flush();
        sent = length;
    }

    /** Sends what is left; the answer's status. */
    int finish() throws IOException {
        sendUpTo(body.length);
        return answer();
    }

    /** The status of the answer. */
    int answer() throws IOException {
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        if (!answer.startsWith("HTTP/1.1 ")) {
            throw new IOException("no answer but '" + answer + "'");
        }
        return Integer.parseInt(answer.substring(9, 12));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
