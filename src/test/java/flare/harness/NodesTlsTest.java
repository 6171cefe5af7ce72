package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three API and three data processes that reach each other over TLS only, and a stranger that reaches none. */
@Tag("full")
class NodesTlsTest {

    /** How HTTP/2 begins (RFC 9113 section 3.4), with empty settings behind it. */
    private static final String HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

    private static final int ATTEMPTS = 300;

    @TempDir
    Path directory;

    @Test
    void keepsObjectsOverTlsOnlyAndRefusesStrangers() throws Exception {
        try (Topology topology = secured()) {
            topology.start();
            ServerProcess leader = topology.awaitLeader();
            byte[] body = new byte[300_000];
            ObjectClient first = new ObjectClient(() -> leader.object("/"));
            assertThat(first.put("before", body)).isEqualTo(200);
            for (ServerProcess api : topology.apis()) {
                assertThat(new ObjectClient(() -> api.object("/")).get("before"))
                        .hasValue(body);
            }
            for (ServerProcess api : topology.apis()) {
                refusesStrangersOnRaftPort(api.ports().raft());
            }
            for (ServerProcess data : topology.datas()) {
                refusesStrangersOnDataPort(data.ports().data());
            }
            leader.kill();
            ServerProcess other = topology.apis().stream()
                    .filter(api -> api != leader)
                    .findFirst()
                    .orElseThrow();
            ObjectClient client = new ObjectClient(() -> other.object("/"));
            awaitPut(client, body);
            assertThat(client.get("before")).hasValue(body);
            assertThat(client.get("after")).hasValue(body);
        }
    }

    private Topology secured() {
        Topology topology = new Topology(directory, 3, 3, 3);
        topology.set("flare.nodes-tls.ca", TlsFiles.path("nodes-ca.crt"));
        for (ServerProcess process : topology.all()) {
            String own = process.name().endsWith("1") ? "node" : "node-2";
            process.set("flare.nodes-tls.certificate", TlsFiles.path(own + ".crt"));
            process.set("flare.nodes-tls.key", TlsFiles.path(own + ".key"));
        }
        for (ServerProcess api : topology.apis()) {
            for (int d = 0; d < topology.datas().size(); d++) {
                api.set(
                        "flare.data-nodes." + d,
                        "https://127.0.0.1:" + topology.datas().get(d).ports().data());
            }
        }
        return topology;
    }

    private static void refusesStrangersOnDataPort(int port) throws Exception {
        assertThat(TlsFiles.health(own(), port)).startsWith("HTTP/1.1 200");
        assertThat(TlsFiles.health(stranger(), port)).isEmpty();
        assertThat(TlsFiles.health(TlsFiles.trusting("nodes-ca.crt"), port)).isEmpty();
        assertThat(plain(port, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("use https://");
    }

    private static void refusesStrangersOnRaftPort(int port) throws Exception {
        // Its settings, the first frame of the server's.
        assertThat(TlsFiles.answer(own(), port, "h2", HTTP_2)).hasSizeGreaterThanOrEqualTo(9);
        assertThat(TlsFiles.answer(stranger(), port, "h2", HTTP_2)).isEmpty();
        assertThat(TlsFiles.answer(TlsFiles.trusting("nodes-ca.crt"), port, "h2", HTTP_2))
                .isEmpty();
        // Nothing, or an alert of TLS.
        assertThat(plain(port, HTTP_2)).matches(answer -> answer.isEmpty() || answer.charAt(0) == 0x15, "no data");
    }

    private static SSLContext own() throws Exception {
        return TlsFiles.context("nodes-ca.crt", "node.crt", "node.key");
    }

    private static SSLContext stranger() throws Exception {
        return TlsFiles.context("nodes-ca.crt", "stranger.crt", "stranger.key");
    }

    private static String plain(int port, String sent) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            return "";
        }
    }

    private static void awaitPut(ObjectClient client, byte[] body) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                if (client.put("after", body) == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            Sleep.millis(50);
        }
        throw new IllegalStateException("no write was acknowledged after the leader was killed");
    }
}
