package flare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // sockets that are only held, or closed before their block ends
final class HttpServerTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** More than sockets hold: its last bytes are sent only if the client reads. */
    private static final int LONG_BODY = 32 * 1024 * 1024;

    /** Little enough to be handed to the socket before the client reads any of it. */
    private static final int BUFFERED_BODY = 1024 * 1024;

    private final CompletableFuture<Done> mayAnswer = new CompletableFuture<>();
    private final CountDownLatch asked = new CountDownLatch(1);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private HttpServer server() {
        return server(LIMIT, LIMIT, 100);
    }

    private HttpServer server(Duration headLimit, Duration linger, int maxConnections) {
        return HttpServer.bind(
                        KIT.system(),
                        new HttpServer.Listening(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                new HttpServer.Limits(maxConnections, LIMIT),
                                HttpServer.configured(KIT.system()),
                                Optional.empty()),
                        new HttpServer.Patience(headLimit, linger),
                        this::answer)
                .toCompletableFuture()
                .join();
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        asked.countDown();
        Optional<HttpHeader> overload = request.getHeader(RequestGuard.OVERLOAD);
        if (overload.isPresent()) {
            return CompletableFuture.completedFuture(HttpResponse.create().withStatus(503));
        }
        return switch (request.getUri().path()) {
            case "/long" -> CompletableFuture.completedFuture(bytes(LONG_BODY));
            case "/buffered" -> mayAnswer.thenApply(now -> bytes(BUFFERED_BODY));
            default ->
                request.toStrict(LIMIT.toMillis(), KIT.system())
                        .thenCombine(
                                mayAnswer,
                                (strict, now) -> HttpResponse.create().withEntity("done"));
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

    private static Socket connect(HttpServer server, String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String ascii(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void lastByteOfALongAnswerComesBeforeTheEndOfAServerThatStops() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")) {
            asked.await();
            CompletableFuture<Done> stopped = server.stop(LIMIT).toCompletableFuture();
            Thread.sleep(300);
            assertFalse(stopped.isDone(), "ended with the answer on its way");
            assertTrue(socket.getInputStream().readAllBytes().length > LONG_BODY);
            socket.close();
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersTheUploadThatEndsWhileItStopsAndAsksForTheConnectionsEnd() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")) {
            asked.await();
            CompletableFuture<Done> stopped = server.stop(LIMIT).toCompletableFuture();
            socket.getOutputStream().write('c');
            socket.getOutputStream().write('d');
            Thread.sleep(200);
            assertFalse(stopped.isDone(), "ended without an answer");
            mayAnswer.complete(Done.getInstance());
            String answer = ascii(socket.getInputStream());
            assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            assertTrue(answer.contains("Connection: close"), answer);
            socket.close();
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void idleClientsThatNeverCloseDoNotHoldItUp() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "")) {
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertEquals(0, socket.getInputStream().available());
        }
    }

    @Test
    void cutsWhatIsLeftAfterTheLimit() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")) {
            asked.await();
            server.stop(Duration.ofMillis(200)).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void slowClientsMayTakeTheLastOfALongAnswerUpToTheLimit() throws Exception {
        HttpServer server = server(LIMIT, Duration.ofMillis(50), 100);
        try (Socket socket = connect(server, "GET /buffered HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
            asked.await();
            mayAnswer.complete(Done.getInstance());
            Thread.sleep(100);
            CompletableFuture<Done> stopped = server.stop(LIMIT).toCompletableFuture();
            Thread.sleep(300);
            assertFalse(stopped.isDone(), "ended with the answer in buffers");
            assertTrue(socket.getInputStream().readAllBytes().length > BUFFERED_BODY);
            socket.close();
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void clientsThatEndTheirSideFirstGetTheWholeOfALongAnswer() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")) {
            socket.shutdownOutput();
            asked.await();
            CompletableFuture<Done> stopped = server.stop(Duration.ofSeconds(3)).toCompletableFuture();
            Thread.sleep(300);
            assertFalse(stopped.isDone(), "ended with the answer on its way");
            assertTrue(socket.getInputStream().readAllBytes().length > LONG_BODY);
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void clientsThatEndTheirSideFirstMayTakeWhatIsInBuffersUpToTheLimit() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "GET /buffered HTTP/1.1\r\nHost: x\r\n\r\n")) {
            socket.shutdownOutput();
            asked.await();
            Thread.sleep(100);
            mayAnswer.complete(Done.getInstance());
            Thread.sleep(200);
            CompletableFuture<Done> stopped = server.stop(Duration.ofSeconds(1)).toCompletableFuture();
            Thread.sleep(300);
            assertFalse(stopped.isDone(), "ended with the answer in buffers");
            assertTrue(socket.getInputStream().readAllBytes().length > BUFFERED_BODY);
            stopped.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void cutsClientsThatEndedTheirSideAndDoNotRead() throws Exception {
        HttpServer server = server();
        try (Socket socket = connect(server, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")) {
            socket.shutdownOutput();
            asked.await();
            server.stop(Duration.ofMillis(200)).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThrows(IOException.class, () -> socket.getInputStream().readAllBytes());
        }
    }

    @Test
    void refusesTheFirstRequestOfAConnectionTooMany() throws Exception {
        HttpServer server = server(LIMIT, LIMIT, 1);
        mayAnswer.complete(Done.getInstance());
        String request = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (Socket first = connect(server, "")) {
            try (Socket second = connect(server, request)) {
                String answer = ascii(second.getInputStream());
                assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
            }
            first.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(ascii(first.getInputStream()).startsWith("HTTP/1.1 200"));
        } finally {
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void refusesAHeadThatTakesTooLong() throws Exception {
        HttpServer server = server(Duration.ofMillis(300), LIMIT, 100);
        try (Socket socket = connect(server, "GET /a HTTP/1.1\r\nHo")) {
            mayAnswer.complete(Done.getInstance());
            String answer = ascii(socket.getInputStream());
            assertTrue(answer.contains("Connection: close"), answer);
            assertEquals(0, asked.getCount(), "the refusal is a request that says why");
        } finally {
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void headLimitDoesNotRunDuringABodyOrBetweenRequests() throws Exception {
        HttpServer server = server(Duration.ofMillis(200), LIMIT, 100);
        mayAnswer.complete(Done.getInstance());
        try (Socket socket = connect(server, "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")) {
            Thread.sleep(500);
            socket.getOutputStream().write('b');
            Thread.sleep(500);
            socket.getOutputStream()
                    .write("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(3, ascii(socket.getInputStream()).split("HTTP/1.1 200", -1).length);
        } finally {
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void clientsThatConnectWhileItStopsDoNotHoldItUp() throws Exception {
        for (int round = 0; round < 50; round++) {
            HttpServer server = server();
            try (Socket socket = connect(server, "")) {
                long begun = System.nanoTime();
                server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
                assertTrue(System.nanoTime() - begun < Duration.ofSeconds(1).toNanos(), "round " + round);
            }
        }
    }
}
