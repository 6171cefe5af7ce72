package flare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // sockets that are only held, or closed before their block ends
final class GuardedServerTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** More than sockets hold: its last bytes are sent only if the client reads. */
    private static final int LONG_BODY = 32 * 1024 * 1024;

    private final CompletableFuture<Done> mayAnswer = new CompletableFuture<>();
    private final CountDownLatch asked = new CountDownLatch(1);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private GuardedServer server(Duration headLimit) {
        return GuardedServer.bind(
                        KIT.system(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        ServerSettings.create(KIT.system().classicSystem()),
                        headLimit,
                        this::answer)
                .toCompletableFuture()
                .join();
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        asked.countDown();
        if (request.getUri().path().equals("/long")) {
            ByteString piece = ByteString.fromArrayUnsafe(new byte[64 * 1024]);
            return CompletableFuture.completedFuture(HttpResponse.create()
                    .withEntity(HttpEntities.create(
                            ContentTypes.APPLICATION_OCTET_STREAM,
                            LONG_BODY,
                            Source.repeat(piece).take(LONG_BODY / piece.size()))));
        }
        return request.toStrict(LIMIT.toMillis(), KIT.system())
                .thenCombine(mayAnswer, (strict, now) -> HttpResponse.create().withEntity("done"));
    }

    private static Socket connect(GuardedServer server, String request) throws IOException {
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
        GuardedServer server = server(LIMIT);
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
        GuardedServer server = server(LIMIT);
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
        GuardedServer server = server(LIMIT);
        try (Socket socket = connect(server, "")) {
            server.stop(LIMIT).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertEquals(0, socket.getInputStream().available());
        }
    }

    @Test
    void cutsWhatIsLeftAfterTheLimit() throws Exception {
        GuardedServer server = server(LIMIT);
        try (Socket socket = connect(server, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n")) {
            asked.await();
            server.stop(Duration.ofMillis(200)).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void refusesAHeadThatTakesTooLong() throws Exception {
        GuardedServer server = server(Duration.ofMillis(300));
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
        GuardedServer server = server(Duration.ofMillis(200));
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
}
