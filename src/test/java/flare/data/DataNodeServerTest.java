package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.config.ObjectSettings;
import flare.data.DataNode.PullOrder;
import flare.http.ClusterSecret;
import flare.http.NodeToken;
import flare.http.SteadyClock;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the port refuses, spoken to byte by byte. Row numbers are those of the bad-input table. */
class DataNodeServerTest {

    private static final ChunkId CHUNK = new ChunkId(new BlobId(5, 9), 2);
    private static final String PATH = "/chunks/" + CHUNK;
    private static final List<NodeCall> CALLS = List.of(
            new NodeCall.Put(CHUNK),
            new NodeCall.Get(CHUNK, 0, 1),
            new NodeCall.Verify(CHUNK),
            new NodeCall.Delete(CHUNK, 9),
            new NodeCall.Inventory(Optional.of(CHUNK), 10),
            new NodeCall.EmptyTrash(),
            new NodeCall.MeasureSyncs(),
            new NodeCall.Pull(
                    CHUNK, new PullOrder(new UUID(1, 1), URI.create("http://127.0.0.1:9001"), 77, 0x80000001, 12)));

    private final NodePort port = new NodePort();

    @AfterEach
    void stop() {
        port.close();
    }

    /** Rows N1, N2, N3 and test F12: the node itself is never asked. */
    @Test
    void refusesEveryCallWithoutATokenMadeForIt() throws IOException {
        for (NodeCall call : CALLS) {
            for (Map.Entry<String, String> wrong : wrongTokens(call).entrySet()) {
                String answer = exchange(call.method(), call.target(), wrong.getValue(), "");
                assertThat(status(answer))
                        .as("%s %s with %s", call.method(), call.target(), wrong.getKey())
                        .isEqualTo(wrong.getKey().equals("another cluster's") ? 403 : 401);
            }
        }
        assertThat(port.fake.calls).hasValue(0);
        for (NodeCall call : CALLS) {
            String right = port.token(call.method(), call.target());
            assertThat(status(exchange(call.method(), call.target(), right, "")))
                    .isNotIn(401, 403);
        }
    }

    /** Whoever captured one, and can set the node's wall clock back, gains no time by it. */
    @Test
    void refusesATokenAfterItsLifeWhateverTheWallClockSays() throws IOException {
        SetWallClock wall = new SetWallClock();
        AtomicLong nanos = new AtomicLong();
        port.startAgain(new SteadyClock(wall, nanos::get));
        port.fake.copies.put(CHUNK, new FakeDataNode.Copy(ByteString.fromString("hello"), 0));
        NodeCall call = new NodeCall.Verify(CHUNK);
        long life = port.settings.tokenTtl().toMillis();
        String captured = NodeToken.issue(
                NodePort.SECRET,
                NodePort.CLUSTER,
                new NodeToken.Call(call.method(), call.target(), port.fake.uuid),
                SetWallClock.START + life);
        nanos.set(TimeUnit.MILLISECONDS.toNanos(life - 1));
        wall.move(86_400_000);
        assertThat(status(exchange(call.method(), call.target(), captured, ""))).isEqualTo(200);
        nanos.set(TimeUnit.MILLISECONDS.toNanos(life));
        wall.move(-2 * 86_400_000);
        assertThat(status(exchange(call.method(), call.target(), captured, ""))).isEqualTo(401);
    }

    private Map<String, String> wrongTokens(NodeCall call) {
        ClusterSecret otherSecret = ClusterSecret.of("another secret, 32 bytes and more of it");
        long later = System.currentTimeMillis() + 60_000;
        NodeToken.Call own = new NodeToken.Call(call.method(), call.target(), port.fake.uuid);
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("none", "");
        wrong.put("rubbish", "v1.rubbish");
        wrong.put("an expired", NodeToken.issue(NodePort.SECRET, NodePort.CLUSTER, own, later - 60_001));
        wrong.put(
                "one that would live for an hour",
                NodeToken.issue(NodePort.SECRET, NodePort.CLUSTER, own, later + 3_600_000));
        wrong.put("another secret's", NodeToken.issue(otherSecret, NodePort.CLUSTER, own, later));
        wrong.put("another cluster's", NodeToken.issue(NodePort.SECRET, new UUID(6, 6), own, later));
        NodeToken.Call other = new NodeToken.Call(call.method(), call.target(), new UUID(6, 6));
        wrong.put("another node's", NodeToken.issue(NodePort.SECRET, NodePort.CLUSTER, other, later));
        for (NodeCall replayed : CALLS) {
            if (!replayed.method().equals(call.method()) || !replayed.target().equals(call.target())) {
                wrong.put(
                        "that of " + replayed.method() + " " + replayed.target(),
                        port.token(replayed.method(), replayed.target()));
            }
        }
        wrong.put("that of another query", port.token(call.method(), call.target() + "0"));
        wrong.put(
                "that of another chunk", port.token(call.method(), call.target().replace(PATH, "/chunks/0/0") + "?"));
        return wrong;
    }

    /** N1: 8 MiB are announced and never sent. */
    @Test
    void refusesWithoutReadingTheBody() throws IOException {
        assertThat(status(exchange("PUT", PATH, "", "Content-Length: 8388608\r\n")))
                .isEqualTo(401);
        assertThat(port.fake.calls).hasValue(0);
    }

    /** N4. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/chunks/../../etc/passwd",
                "/chunks/..%2f..%2fetc/0",
                "/chunks/0000000000000005000000000000000%00/0",
                "/chunks/0000000000000005000000000000000G/0",
                "/chunks/0000000000000005000000000000000A/0",
                "/chunks/ffffffffffffffff0000000000000009/0",
                "/chunks/00000000000000050000000000000009",
                "/chunks/00000000000000050000000000000009/",
                "/chunks/00000000000000050000000000000009/-1",
                "/chunks/00000000000000050000000000000009/01",
                "/chunks/00000000000000050000000000000009/99999999999",
                "/chunks/00000000000000050000000000000009/0/",
                "/chunks/00000000000000050000000000000009/0/0",
                "/chunks/00000000000000050000000000000009/0?x=1",
                "/chunks/00000000000000050000000000000009/0?x",
                "/chunks?limit=0",
                "/chunks?limit=10001",
                "/chunks?limit=1e400",
                "/chunks?limit=5&limit=6",
                "/chunks?limit=5&after=..",
                "/chunks"
            })
    void refusesWhatNamesNoChunkOrPage(String target) throws IOException {
        assertThat(status(exchange("GET", target, port.token("GET", target), "")))
                .isEqualTo(400);
        assertThat(port.fake.calls).hasValue(0);
    }

    @Test
    void refusesATargetLongerThanAnyRoute() throws IOException {
        String target = "/chunks/" + "a".repeat(10 * 1024) + "/0";
        assertThat(status(exchange("GET", target, port.token("GET", target), "")))
                .isIn(400, 414);
        assertThat(port.fake.calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?freed=0", "?freed=-1", "?freed=9223372036854775808", "?freed=", "", "?freed=1&generation=2"})
    void refusesADeleteWithoutAFreedIndex(String query) throws IOException {
        assertThat(status(exchange("DELETE", PATH + query, port.token("DELETE", PATH + query), "")))
                .isEqualTo(400);
        assertThat(port.fake.calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=0-1",
                "bytes=1-65535",
                "bytes=65536-65535",
                "bytes=-65536",
                "bytes=0-65535,65536-131071",
                "x",
                "bytes=999999999999999936-"
            })
    void refusesARangeThatIsNotOfWholeBlocks(String range) throws IOException {
        assertThat(status(exchange("GET", PATH, port.token("GET", PATH), "Range: " + range + "\r\n")))
                .isEqualTo(400);
        assertThat(port.fake.calls).hasValue(0);
    }

    /** N5: the bytes are not those declared. */
    @Test
    void keepsNothingOfABodyThatIsNotTheOneDeclared() throws IOException {
        ByteString bytes = ByteString.fromString("hello");
        String right = String.format("%08x", FakeDataNode.receipt(bytes).crc32c());
        String headers = "Content-Length: 5\r\n" + NodeWire.CRC32C + ": ";
        assertThat(status(exchange("PUT", PATH, port.token("PUT", PATH), headers + "00000001\r\n", "hello")))
                .isEqualTo(422);
        assertThat(status(exchange("PUT", PATH, port.token("PUT", PATH), headers + "rubbish\r\n", "hello")))
                .isEqualTo(400);
        assertThat(port.fake.copies).isEmpty();
        assertThat(status(exchange("PUT", PATH, port.token("PUT", PATH), headers + right + "\r\n", "hello")))
                .isEqualTo(200);
        assertThat(port.fake.bytes(CHUNK)).isEqualTo(bytes);
    }

    /** N6: refused by its length alone, or as soon as it is too long. */
    @Test
    void refusesABodyLongerThanAnyChunk() throws IOException {
        long tooLong = ObjectSettings.MAX_CHUNK.bytes() + 1;
        assertThat(status(exchange("PUT", PATH, port.token("PUT", PATH), "Content-Length: " + tooLong + "\r\n")))
                .isEqualTo(413);
        assertThat(status(exchange("PUT", PATH, port.token("PUT", PATH), "Content-Length: 0\r\n")))
                .isEqualTo(400);
        assertThat(port.fake.calls).hasValue(0);
    }

    /** N10: no route but PUT takes a body, JSON or other. */
    @Test
    void refusesABodyWhereNoneBelongs() throws IOException {
        NodeCall pull = CALLS.get(5);
        String nested = "[".repeat(10_000);
        String answer = exchange(
                pull.method(),
                pull.target(),
                port.token(pull.method(), pull.target()),
                "Content-Type: application/json\r\nContent-Length: " + nested.length() + "\r\n",
                nested);
        assertThat(status(answer)).isEqualTo(400);
        assertThat(port.fake.calls).hasValue(0);
    }

    /** N13. */
    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/admin", "/debug", "/", "/chunks?limit=1", "/health?x=1", "//health"})
    void answersNothingButHealthWithoutAToken(String target) throws IOException {
        assertThat(status(exchange("GET", target, "", ""))).isEqualTo(401);
    }

    @Test
    void tellsItsHealthToAnyoneAndNoSecret() throws IOException {
        String answer = exchange("GET", "/health", "", "");
        assertThat(status(answer)).isEqualTo(200);
        assertThat(answer)
                .contains(port.fake.uuid.toString(), "\"disk\":\"full\"")
                .doesNotContain("secret", System.getProperty("user.dir"));
        assertThat(status(exchange("POST", "/health", "", "Content-Length: 0\r\n")))
                .isEqualTo(405);
    }

    @Test
    void namesWhatItRefuses() throws IOException {
        assertThat(exchange("GET", PATH, port.token("GET", PATH), ""))
                .contains("404 Not Found", NodeWire.ERROR + ": NOT_FOUND", "\"kind\":\"NOT_FOUND\"", CHUNK.toString());
        assertThat(status(exchange("PATCH", PATH, port.token("PATCH", PATH), "")))
                .isEqualTo(405);
        assertThat(status(exchange("GET", "/nothing", port.token("GET", "/nothing"), "")))
                .isEqualTo(404);
    }

    /** The body ends early, or its chunked framing is broken: no copy, and no second request read out of it. */
    @Test
    void keepsNothingOfABodyCutShort() throws IOException {
        String token = port.token("PUT", PATH);
        exchange("PUT", PATH, token, "Content-Length: 100\r\n", "hello", true);
        exchange("PUT", PATH, token, "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", true);
        String smuggled = exchange(
                "PUT", PATH, token, "Transfer-Encoding: chunked\r\n", "zz\r\nGET /health HTTP/1.1\r\n\r\n", true);
        assertThat(smuggled).doesNotContain("clockMillis");
        await().until(() -> port.fake.putsEnded.get() == port.fake.puts.get());
        assertThat(port.fake.copies).isEmpty();
    }

    private String exchange(String method, String target, String token, String headers) throws IOException {
        return exchange(method, target, token, headers, "");
    }

    private String exchange(String method, String target, String token, String headers, String body)
            throws IOException {
        return exchange(method, target, token, headers, body, false);
    }

    /** All that the port sends until it closes or, on a connection it keeps, until its answer's length is reached. */
    private String exchange(
            String method, String target, String token, String headers, String body, boolean endOfRequests)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            String tokenHeader = token.isEmpty() ? "" : NodeToken.HEADER + ": " + token + "\r\n";
            out.write((method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + tokenHeader + headers + "\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (endOfRequests) {
                socket.shutdownOutput();
            }
            StringBuilder answer = new StringBuilder();
            while (!whole(answer, method)) {
                int read = socket.getInputStream().read();
                if (read < 0) {
                    break;
                }
                answer.append((char) read);
            }
            return answer.toString();
        }
    }

    private static boolean whole(StringBuilder answer, String method) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        int at = answer.indexOf("Content-Length: ");
        int length = at < 0 || method.equals("HEAD")
                ? 0
                : Integer.parseInt(answer.substring(at + 16, answer.indexOf("\r\n", at)));
        return answer.length() >= end + 4 + length;
    }

    private static int status(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 ");
        return Integer.parseInt(answer.substring(9, 12));
    }
}
