package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port over TLS: what plain sockets get, over Java's own TLS client. */
@SuppressWarnings("try") // sockets that are only held
final class HttpsServerTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration HEAD_LIMIT = Duration.ofMillis(400);
    private static final int LONG_BODY = 32 * 1024 * 1024;

    @TempDir
    private Path dir;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Done> mayAnswer = new CompletableFuture<>();
    private ServedCertificate certificate;
    private HttpServer server;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws IOException {
        install("ec");
        certificate = new ServedCertificate(dir.resolve("crt"), dir.resolve("key"), Clock.systemUTC());
        server = HttpServer.bind(
                        KIT.system(),
                        new HttpServer.Listening(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                new HttpServer.Limits(100, LIMIT),
                                HttpServer.configured(KIT.system()),
                                Optional.of(certificate)),
                        new HttpServer.Patience(HEAD_LIMIT, LIMIT),
                        this::answer)
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void end() throws Exception {
        server.stop(Duration.ofSeconds(3)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void install(String name) throws IOException {
        for (String part : new String[] {"crt", "key"}) {
            Files.copy(TlsFiles.path(name + "." + part), dir.resolve(part), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        asked.countDown();
        return switch (request.getUri().path()) {
            case "/long" -> {
                request.discardEntityBytes(KIT.system());
                yield CompletableFuture.completedFuture(bytes(LONG_BODY));
            }
            case "/later" -> mayAnswer.thenApply(now -> HttpResponse.create().withEntity("later"));
            case "/broken" ->
                CompletableFuture.completedFuture(HttpResponse.create()
                        .withEntity(HttpEntities.create(
                                ContentTypes.APPLICATION_OCTET_STREAM,
                                1_000_000,
                                Source.single(ByteString.fromString("x".repeat(100_000)))
                                        .concat(Source.failed(new IOException("the disk broke"))))));
            default ->
                request.entity()
                        .withoutSizeLimit()
                        .getDataBytes()
                        .runFold(ByteString.emptyByteString(), ByteString::concat, KIT.system())
                        .thenApply(body -> HttpResponse.create().withEntity(body.toArray()));
        };
    }

    private static HttpResponse bytes(int length) {
        ByteString piece = ByteString.fromArrayUnsafe(new byte[64 * 1024]);
        return HttpResponse.create()
                .withEntity(HttpEntities.create(
                        ContentTypes.APPLICATION_OCTET_STREAM,
                        length,
                        Source.repeat(piece).take(length / piece.size())));
    }

    private SSLSocket connect(String protocol) throws Exception {
        SSLSocket socket = (SSLSocket) TlsFiles.trusting("ec.crt", "rsa.crt")
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) LIMIT.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String rest(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void carriesWholeBodiesBothWays(String protocol) throws Exception {
        byte[] body = new byte[5_000_001];
        new Random(7).nextBytes(body);
        try (SSLSocket socket = connect(protocol)) {
            Thread sender = new Thread(() -> {
                try {
                    send(socket, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n\r\n");
                    socket.getOutputStream().write(body);
                    send(socket, "GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            sender.start();
            byte[] all = socket.getInputStream().readAllBytes();
            sender.join();
            int first = head(all, 0);
            assertThat(Arrays.equals(all, first, first + body.length, body, 0, body.length))
                    .isTrue();
            assertThat(all.length - head(all, first + body.length)).isEqualTo(LONG_BODY);
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
        }
    }

    /** Where the answer's head that begins at {@code from} ends. */
    private static int head(byte[] answers, int from) {
        String head = new String(answers, from, Math.min(2_000, answers.length - from), StandardCharsets.ISO_8859_1);
        assertThat(head).startsWith("HTTP/1.1 200");
        return from + head.indexOf("\r\n\r\n") + 4;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void readsRequestsThatComeByteByByte(String protocol) throws Exception {
        try (SSLSocket socket = connect(protocol)) {
            String request = "PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
            for (int i = 0; i < request.length(); i++) {
                send(socket, request.substring(i, i + 1));
            }
            assertThat(rest(socket.getInputStream())).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nabc");
        }
    }

    @Test
    void readsRecordsHoweverTheSocketCutsThem() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] body = new byte[300_000];
        random.nextBytes(body);
        try (CuttingProxy proxy = new CuttingProxy(server.port(), seed);
                SSLSocket socket = (SSLSocket) TlsFiles.trusting("ec.crt")
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            send(
                    socket,
                    "PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length
                            + "\r\n\r\n");
            socket.getOutputStream().write(body);
            byte[] all = socket.getInputStream().readAllBytes();
            int start = head(all, 0);
            assertThat(Arrays.equals(all, start, all.length, body, 0, body.length))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @Test
    void clientsThatEndTheirSideFirstGetTheWholeAnswer() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3")) {
            send(socket, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
            socket.shutdownOutput();
            asked.await();
            Thread.sleep(100);
            mayAnswer.complete(Done.getInstance());
            assertThat(rest(socket.getInputStream())).startsWith("HTTP/1.1 200").endsWith("later");
        }
    }

    @Test
    void aBodyThatBreaksOffDoesNotLookWhole() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3")) {
            send(socket, "GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void tellsWhoSpeaksHttpThatItShouldBeHttps() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            send(socket, "PUT /object/k HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
            String answer = rest(socket.getInputStream());
            assertThat(answer).startsWith("HTTP/1.1 400").contains("this port speaks HTTPS only");
        }
        assertThat(asked.getCount()).isEqualTo(1);
    }

    @Test
    void endsAHandshakeThatTakesTooLong() throws Exception {
        byte[] hello = {0x16, 3, 1, 2, 0, 1, 0};
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            long begun = System.nanoTime();
            socket.getOutputStream().write(hello);
            assertThat(socket.getInputStream().read()).isNegative();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LIMIT.dividedBy(2));
        }
    }

    @Test
    void headLimitGoesOnBehindTheHandshake() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3")) {
            socket.startHandshake();
            Thread.sleep(HEAD_LIMIT.multipliedBy(2).toMillis());
            send(socket, "GET /a HTTP/1.1\r\nHo");
            assertThat(rest(socket.getInputStream())).contains("Connection: close");
        }
    }

    @Test
    void aSecondHandshakeIsRefused() throws Exception {
        mayAnswer.complete(Done.getInstance());
        try (SSLSocket socket = connect("TLSv1.2")) {
            send(socket, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo('H');

            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        send(socket, "GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                        rest(socket.getInputStream());
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.1", "TLSv1"})
    void refusesOlderProtocols(String protocol) throws Exception {
        // Java's own client has these disabled: a hello by hand that offers no newer version.
        byte minor = (byte) (protocol.equals("TLSv1.1") ? 2 : 1);
        byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 4 + 2];
        hello[0] = 0x16;
        hello[1] = 3;
        hello[2] = 1;
        hello[4] = (byte) (hello.length - 5);
        hello[5] = 1;
        hello[8] = (byte) (hello.length - 9);
        hello[9] = 3;
        hello[10] = minor;
        hello[45] = 2;
        hello[46] = (byte) 0xC0;
        hello[47] = 0x13;
        hello[48] = 1;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(hello);
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(answer).hasSize(7).startsWith(0x15, 3);
        }
    }

    @Test
    void newConnectionsGetANewCertificateWhileOldOnesGoOn() throws Exception {
        try (SSLSocket old = connect("TLSv1.3")) {
            assertThat(subject(old)).isEqualTo("CN=ec");
            send(old, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
            install("rsa");
            certificate.refresh();
            certificate.refresh();
            try (SSLSocket fresh = connect("TLSv1.3")) {
                assertThat(subject(fresh)).isEqualTo("CN=rsa");
            }
            send(old, "def");
            send(old, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(rest(old.getInputStream())).contains("abcdef");
        }
    }

    private static String subject(SSLSocket socket) throws SSLException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void clientsThatDontTrustUsDoNotHarm() throws Exception {
        HttpClient stranger =
                HttpClient.newBuilder().sslContext(TlsFiles.trusting("rsa.crt")).build();
        URI uri = URI.create("https://localhost:" + server.port() + "/echo");
        assertThatThrownBy(() ->
                        stranger.send(java.net.http.HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()))
                .isInstanceOf(SSLException.class);
        HttpClient friend =
                HttpClient.newBuilder().sslContext(TlsFiles.trusting("ec.crt")).build();
        assertThat(friend.send(java.net.http.HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aForgedRecordEndsTheConnection() throws Exception {
        byte[] forged = Arrays.copyOf(new byte[] {0x17, 3, 3, 0, 0x20}, 5 + 0x20);
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), server.port());
                SSLSocket socket = (SSLSocket) TlsFiles.trusting("ec.crt")
                        .getSocketFactory()
                        .createSocket(raw, "localhost", server.port(), false)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            send(socket, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
            raw.getOutputStream().write(forged);
            assertThatThrownBy(() -> {
                        byte[] answer = socket.getInputStream().readAllBytes();
                        throw new IOException("answered: " + answer.length);
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void idleClientsDoNotHoldUpAStop() throws Exception {
        try (SSLSocket shaken = connect("TLSv1.3");
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            shaken.startHandshake();
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThat(shaken.getInputStream().read()).isNegative();
        }
    }

    @Test
    void anAnswerUnderWayIsWholeWhenTheServerStops() throws Exception {
        try (SSLSocket socket = connect("TLSv1.3")) {
            send(socket, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
            asked.await();
            CompletableFuture<Done> stopped = server.stop(LIMIT).toCompletableFuture();
            byte[] all = socket.getInputStream().readAllBytes();
            assertThat(all.length - head(all, 0)).isEqualTo(LONG_BODY);
            socket.close();
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    /** Passes bytes on in pieces of odd sizes. */
    private static final class CuttingProxy implements AutoCloseable {
        private final java.net.ServerSocket listener;

        CuttingProxy(int target, long seed) throws IOException {
            listener = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> {
                try (Socket client = listener.accept();
                        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                    server.setTcpNoDelay(true);
                    Thread back = new Thread(() -> copy(server, client, new Random(seed), 60_000));
                    back.start();
                    copy(client, server, new Random(seed + 1), 3_000);
                    back.join();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private static void copy(Socket from, Socket to, Random random, int longest) {
            try {
                byte[] buffer = new byte[longest];
                for (int n = 0; n >= 0; n = from.getInputStream().read(buffer, 0, 1 + random.nextInt(longest))) {
                    to.getOutputStream().write(buffer, 0, n);
                }
                to.shutdownOutput();
            } catch (IOException e) {
                // The test sees that its connection broke.
                return;
            }
        }

        int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
