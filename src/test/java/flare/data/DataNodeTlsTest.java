package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.http.HttpServer;
import flare.http.NodeCertificate;
import flare.http.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One data node's port over TLS: only nodes get on, and over TLS only. */
class DataNodeTlsTest {

    private final NodePort port = new NodePort();
    private final List<DataNodeClients> opened = new ArrayList<>();
    private final HttpServer server = NodePort.get(
            new DataNodeServer(port.system, port.fake, NodePort.SECRET, cluster -> {}, port.settings, Clock.systemUTC())
                    .bind("127.0.0.1", 0, Optional.of(TlsFiles.node("nodes-ca.crt", "node.crt", "node.key"))));

    @AfterEach
    void stop() {
        opened.forEach(DataNodeClients::close);
        NodePort.get(server.stop(Duration.ofMillis(200)));
        port.close();
    }

    private DataNode caller(Optional<NodeCertificate> certificate, String scheme) {
        DataNodeClients clients = new DataNodeClients(
                port.system, port.credentials(NodePort.SECRET, NodePort.CLUSTER), port.settings, certificate);
        opened.add(clients);
        return clients.at(port.fake.uuid, URI.create(scheme + "://127.0.0.1:" + server.port()));
    }

    private static Optional<NodeCertificate> node() {
        return Optional.of(TlsFiles.node("nodes-ca.crt", "node-2.crt", "node-2.key"));
    }

    @Test
    void answersANodeWhateverItsHost() {
        DataNode node = caller(node(), "https");
        for (int call = 0; call < 3; call++) {
            assertThat(NodePort.get(node.health()).uuid()).isEqualTo(port.fake.uuid);
            NodePort.get(node.inventory(Optional.empty(), 10));
        }
    }

    @Test
    void refusesACallerWithACertificateOfAnotherAuthority() {
        // Its own authority is not this node's either: both sides refuse.
        DataNode stranger =
                caller(Optional.of(TlsFiles.node("strangers-ca.crt", "stranger.crt", "stranger.key")), "https");
        assertThatThrownBy(() -> NodePort.get(stranger.health())).isInstanceOf(DataNodeException.class);
    }

    @Test
    void refusesACallerThatTrustsItButIsNotTrusted() throws Exception {
        assertThat(TlsFiles.health(TlsFiles.context("nodes-ca.crt", "node-2.crt", "node-2.key"), server.port()))
                .startsWith("HTTP/1.1 200");
        assertThat(TlsFiles.health(TlsFiles.context("nodes-ca.crt", "stranger.crt", "stranger.key"), server.port()))
                .isEmpty();
        assertThat(TlsFiles.health(TlsFiles.trusting("nodes-ca.crt"), server.port()))
                .isEmpty();
    }

    @Test
    void tellsAPlainCallerOnlyThatItSpeaksTls() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            assertThat(answer.toString(StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400")
                    .endsWith("use https:// instead of http://\n");
        }
    }

    @Test
    void callsNobodyInTheOtherWay() {
        assertThatThrownBy(() -> NodePort.get(caller(node(), "http").health()))
                .hasMessageContaining("with flare.nodes-tls data nodes are reached by https:// only");
        assertThatThrownBy(() -> NodePort.get(caller(Optional.empty(), "https").health()))
                .hasMessageContaining("without flare.nodes-tls data nodes are reached by http:// only");
    }
}
