package flare.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Sends exactly the bytes it is given, and reads one response after another. */
final class RawClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    /** @param body what came before the end of the body, the connection, or {@code complete} being false, the cut */
    record Response(int status, Map<String, String> headers, String body, boolean complete) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new java.io.BufferedInputStream(socket.getInputStream());
    }

    /** A request's head: {@code HTTP/1.1} and Host are added. */
    static String head(String methodAndTarget, String... fields) {
        return methodAndTarget + " HTTP/1.1\r\nHost: x\r\n"
                + String.join(
                        "",
                        java.util.Arrays.stream(fields)
                                .map(field -> field + "\r\n")
                                .toList()) + "\r\n";
    }

    RawClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    RawClient endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The next response; {@code head}: one to a HEAD, that has no body. */
    Response response(boolean head) throws IOException {
        String statusLine = line();
        int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = head || status == 100 ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = readUpTo(length);
        return new Response(status, headers, new String(body, StandardCharsets.ISO_8859_1), body.length == length);
    }

    Response response() throws IOException {
        return response(false);
    }

    /** Everything until the server closes. */
    String rest() throws IOException {
        return new String(readUpTo(Integer.MAX_VALUE), StandardCharsets.ISO_8859_1);
    }

    boolean closed() throws IOException {
        return rest().isEmpty();
    }

    /** Whether nothing comes for a moment: for what must not be sent. */
    boolean silentFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }
    }

    private byte[] readUpTo(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            while (bytes.size() < length) {
                int b = in.read();
                if (b < 0) {
                    break;
                }
                bytes.write(b);
            }
        } catch (SocketException e) {
            // A reset ends what can be read as well.
            return bytes.toByteArray();
        }
        return bytes.toByteArray();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection ended within the head: '" + line + "'");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
