package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lengths, bodies and smuggling: rows 50 to 58 and 61 of the bad-input table, and F11. */
class RequestFramingTest {

    private static final String HIDDEN = "GET /object/hidden HTTP/1.1\r\nHost: x\r\n\r\n";

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    /** One answer, an error, and the connection's end: whatever followed was not taken for a request. */
    private static RawClient.Response refusedOnce(String bytes) throws IOException {
        try (RawClient raw = port.connect()) {
            RawClient.Response response = raw.send(bytes).response();
            assertThat(response.status()).isIn(400, 411, 501);
            assertThat(raw.rest()).isEmpty();
            return response;
        }
    }

    @Test
    void row50WantsALength() throws IOException {
        assertThat(port.ask(RawClient.head("PUT /object/no-length")).status()).isEqualTo(411);
        assertThat(port.ask(RawClient.head("POST /object")).body()).contains("<Code>MissingContentLength</Code>");
        assertThat(port.ask(RawClient.head("PUT /object/zero", "Content-Length: 0"))
                        .status())
                .isEqualTo(200);
        assertThat(port.objects.keys()).contains("zero").doesNotContain("no-length");
    }

    /** botocore reads what follows on a kept connection wrongly: AWS CLI's sync of empty files hung for a minute each. */
    @Test
    void closesAfterAnAnswerWithoutTheContinueThatWasAskedFor() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/empty", "Content-Length: 0", "Expect: 100-continue"));
            RawClient.Response response = raw.response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("connection")).contains("close");
        }
    }

    /** curl -X PUT of a bucket sends neither a length nor a body, and S3 takes it. */
    @Test
    void takesNoLengthForNoBodyWhereNoneIsStored() throws IOException {
        assertThat(port.ask(RawClient.head("PUT /without-length")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "", "abc", "+5", "18446744073709551616", "5, 5", "0x5"})
    void row51RefusesLengthsThatAreNone(String length) throws IOException {
        refusedOnce(RawClient.head("PUT /object/length", "Content-Length: " + length) + "12345" + HIDDEN);
        assertThat(port.objects.keys()).doesNotContain("length");
    }

    @Test
    void row52RefusesTwoLengths() throws IOException {
        refusedOnce(RawClient.head("PUT /object/two", "Content-Length: 5", "Content-Length: 6") + "12345" + HIDDEN);
        refusedOnce(RawClient.head("PUT /object/two", "Content-Length: 5", "Content-Length: 5") + "12345" + HIDDEN);
        assertThat(port.objects.keys()).doesNotContain("two");
    }

    @Test
    void row53RefusesALengthBesideChunks() throws IOException {
        refusedOnce(RawClient.head("PUT /object/both", "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n"
                + HIDDEN);
        refusedOnce(RawClient.head("PUT /object/both", "Transfer-Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n"
                + HIDDEN);
        assertThat(port.objects.keys()).doesNotContain("both");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xchunked",
                "chunked, gzip",
                "gzip, chunked",
                "chunked, chunked",
                "chunked\r\nTransfer-Encoding: chunked",
                "identity"
            })
    void row54RefusesOtherCodings(String coding) throws IOException {
        refusedOnce(RawClient.head("PUT /object/coding", "Transfer-Encoding: " + coding) + "0\r\n\r\n" + HIDDEN);
        assertThat(port.objects.keys()).doesNotContain("coding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /object/k HTTP/1.1\nHost: x\n\n",
                "GET /object/k HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
                "GET /object/k HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
                "GET /object/k HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
                "GET /object/k HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
                "GET /object/k HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n"
            })
    void row55RefusesLooseLines(String request) throws IOException {
        refusedOnce(request + HIDDEN);
    }

    @Test
    void row56StoresNothingOfABodyCutShort() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/cut", "Content-Length: 10") + "12345")
                    .endOutput();
            assertThat(raw.response().body()).contains("<Code>IncompleteBody</Code>");
            assertThat(raw.closed()).isTrue();
        }
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/cut", "Transfer-Encoding: chunked") + "5\r\n12345\r\n")
                    .endOutput();
            assertThat(raw.response().body()).contains("<Code>IncompleteBody</Code>");
        }
        assertThat(port.objects.keys()).doesNotContain("cut");
    }

    @Test
    void row57EndsABodyThatStalls() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/stalled", "Content-Length: 10") + "12345");
            RawClient.Response response = raw.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("<Code>RequestTimeout</Code>");
            assertThat(raw.closed()).isTrue();
        }
        assertThat(port.objects.keys()).doesNotContain("stalled");
    }

    @Test
    void row58RefusesALongBodyBeforeReadingIt() throws IOException {
        RawClient.Response announced = port.ask(RawClient.head("PUT /object/long", "Content-Length: 5368709121"));
        assertThat(announced.status()).isEqualTo(400);
        assertThat(announced.body()).contains("<Code>EntityTooLarge</Code>");
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/long", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 17; i++) {
                raw.send("10000\r\n" + "x".repeat(0x10000) + "\r\n");
            }
            assertThat(raw.response().body()).contains("<Code>EntityTooLarge</Code>");
        }
        assertThat(port.objects.keys()).doesNotContain("long");
    }

    @Test
    void row61RefusesBeforeAskingForTheBody() throws IOException {
        Authenticator nobody = (operation, head, body) -> {
            throw new FlareException(Fault.ACCESS_DENIED, "nobody may");
        };
        try (TestPort closed = new TestPort(new ObjectPort.Access(nobody, new OpenForms(Clock.systemUTC()), true));
                RawClient raw = closed.connect()) {
            raw.send(RawClient.head("PUT /object/k", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(raw.response().status()).isEqualTo(403);
            assertThat(raw.closed()).isTrue();
        }
    }

    @Test
    void asksForTheBodyOnceItIsWanted() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/expected", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(raw.response().status()).isEqualTo(100);
            assertThat(raw.silentFor(100)).isTrue();
            assertThat(raw.send("12345").response().status()).isEqualTo(200);
            assertThat(raw.send(HIDDEN).response().status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FFFFFFFFFFFFFFFFF\r\n",
                "-1\r\n",
                "0x10\r\n",
                " 10\r\n",
                "5\n12345\n0\n\n",
                "5\r\n1234567\r\n",
                "5 \r\n12345\r\n0\r\n\r\n",
                "g\r\n"
            })
    void refusesBadChunks(String chunks) throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/chunks", "Transfer-Encoding: chunked") + chunks + HIDDEN);
            assertThat(raw.response().status()).isEqualTo(400);
            assertThat(raw.rest()).isEmpty();
        }
        assertThat(port.objects.keys()).doesNotContain("chunks");
    }

    @Test
    void takesARequestInsideABodyForBytes() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/inside", "Content-Length: " + HIDDEN.length()) + HIDDEN);
            assertThat(raw.response().status()).isEqualTo(200);
            assertThat(raw.silentFor(100)).isTrue();
        }
        assertThat(port.get("/object/inside").body()).isEqualTo(HIDDEN);
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws IOException {
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/first", "Transfer-Encoding: chunked")
                    + "3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n"
                    + RawClient.head("GET /object/first"));
            assertThat(raw.response().status()).isEqualTo(200);
            assertThat(raw.response().body()).isEqualTo("abc");
        }
    }

    @Test
    void readsRequestsThatComeByteByByte() throws IOException {
        try (RawClient raw = port.connect()) {
            String request = RawClient.head("PUT /object/slow", "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n";
            for (int i = 0; i < request.length(); i++) {
                raw.send(request.substring(i, i + 1));
            }
            assertThat(raw.response().status()).isEqualTo(200);
        }
    }

    @Test
    void stopsBehindTheRequestUnderWay() throws IOException {
        TestPort stopping = new TestPort();
        try (RawClient idle = stopping.connect();
                RawClient busy = stopping.connect()) {
            assertThat(idle.send(HIDDEN).response().status()).isEqualTo(404);
            // Answered 100, it is under way, and not only on its way to the server.
            busy.send(RawClient.head("PUT /object/last", "Content-Length: 5", "Expect: 100-continue"));
            assertThat(busy.response().status()).isEqualTo(100);
            busy.send("123");
            var stopped = stopping.server.stop(Duration.ofSeconds(5)).toCompletableFuture();
            assertThat(idle.closed()).isTrue();
            busy.send("45");
            assertThat(busy.response().status()).isEqualTo(200);
            assertThat(busy.closed()).isTrue();
            stopped.join();
            assertThat(stopping.objects.keys()).containsExactly("last");
        } finally {
            stopping.kit.shutdownTestKit();
        }
    }
}
