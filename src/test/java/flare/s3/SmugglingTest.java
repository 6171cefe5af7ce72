package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * F11 of the catalogue: framing that two readers could understand differently, with a request hidden where one of them would
 * find it. One answer, an error; then the connection's end; and what was hidden has not been done.
 */
class SmugglingTest {

    private static final String HIDDEN = "PUT /object/smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";
    private static final String CHUNKED_HIDDEN =
            Integer.toHexString(HIDDEN.length()) + "\r\n" + HIDDEN + "\r\n0\r\n\r\n";
    private static final int MUTATED = 400;

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static void refusedOnce(String bytes) throws IOException {
        try (RawClient raw = port.connect()) {
            RawClient.Response response = raw.send(bytes).response();
            assertThat(response.status()).isIn(400, 411, 413, 431, 501);
            assertThat(raw.rest()).as("anything behind the refusal").isEmpty();
        }
        assertThat(port.objects.keys()).doesNotContain("smuggled", "k");
    }

    /** Each is the head of a PUT; what follows is a request for whoever takes its body for empty, or for one chunk. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 0\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 0",
                "Content-Length: 0\r\nContent-Length: 74",
                "Content-Length: 74\r\nContent-Length: 0",
                "Content-Length: 0, 74",
                "Content-Length: 0\r\ncontent-length: 0",
                "Content-Length: +0",
                "Content-Length: 0x0",
                "Content-Length: 18446744073709551616",
                "Content-Length: 9223372036854775808",
                "Content-Length: 0 74",
                "Content-Length:\u000b0",
                "Content-Length : 0",
                "Content-Length\t: 0",
                " Content-Length: 0",
                "X: y\r\n Content-Length: 0",
                "X: y\r\n\tTransfer-Encoding: chunked",
                "X: y\nContent-Length: 0",
                "X: y\rContent-Length: 0",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chu\u0000nked",
                "Transfer-Encoding:\u000bchunked",
                "Transfer-Encoding: chunked\u000b",
                "Transfer-Encoding:",
                "Content-Length:",
                "Content\u0000-Length: 0",
                ": 0\r\nContent-Length: 0",
                "Content-Length"
            })
    void answersOnceAndClosesOnHeadsOfTwoMeanings(String fields) throws IOException {
        refusedOnce("PUT /object/k HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n" + HIDDEN);
        refusedOnce("PUT /object/k HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n" + CHUNKED_HIDDEN);
    }

    /** Bodies in chunks that end early, late or never. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\n\n",
                "0\r\n\n",
                "0\n\r\n",
                "00000000000000000000000000\r\n\r\n",
                "10000000000000000\r\n",
                "FFFFFFFFFFFFFFFF\r\n",
                "80000000\r\r\n",
                "-0\r\n\r\n",
                "+0\r\n\r\n",
                "0x0\r\n\r\n",
                " 0\r\n\r\n",
                "0 \r\n\r\n",
                "\r\n0\r\n\r\n",
                ";x=y\r\n\r\n",
                "0;\n\r\n\r\n",
                "0;x=\"\n\"\r\n\r\n",
                "1\r\nab\r\n0\r\n\r\n",
                "2\r\na\r\n0\r\n\r\n",
                "1\r\na0\r\n\r\n",
                "1\r\na\n0\r\n\r\n",
                "0\r\nX: y\n\r\n",
                "g\r\n\r\n"
            })
    void answersOnceAndClosesOnBodiesOfTwoMeanings(String chunks) throws IOException {
        refusedOnce(RawClient.head("PUT /object/k", "Transfer-Encoding: chunked") + chunks + HIDDEN);
    }

    @Test
    void boundsAChunksExtensionAndItsTrailer() throws IOException {
        String head = RawClient.head("PUT /object/k", "Transfer-Encoding: chunked");
        refusedOnce(head + "1;" + "x".repeat(10_000) + "\r\na\r\n0\r\n\r\n" + HIDDEN);
        refusedOnce(head + "1\r\na\r\n0\r\nX: " + "y".repeat(10_000) + "\r\n\r\n" + HIDDEN);
    }

    @Test
    void takesARequestInABodyForItsBytes() throws IOException {
        for (String body : new String[] {HIDDEN, HIDDEN + HIDDEN}) {
            try (RawClient raw = port.connect()) {
                raw.send(RawClient.head("PUT /object/inside", "Content-Length: " + body.length()) + body);
                assertThat(raw.response().status()).isEqualTo(200);
                assertThat(raw.silentFor(50)).isTrue();
            }
            assertThat(port.get("/object/inside").body()).isEqualTo(body);
        }
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head("PUT /object/inside", "Transfer-Encoding: chunked") + CHUNKED_HIDDEN);
            assertThat(raw.response().status()).isEqualTo(200);
            assertThat(raw.silentFor(50)).isTrue();
        }
        assertThat(port.objects.keys()).doesNotContain("smuggled");
    }

    /** A refused head is the last: a GET or a DELETE hides nothing either. */
    @Test
    void takesNothingBehindARefusedHeadOfAnyMethod() throws IOException {
        for (String method : new String[] {"GET", "DELETE", "HEAD", "OPTIONS", "POST"}) {
            try (RawClient raw = port.connect()) {
                raw.send(RawClient.head(method + " /object/k", "Content-Length: 0", "Transfer-Encoding: chunked"));
                raw.send(HIDDEN);
                raw.endOutput();
                // One status line: the answer to a HEAD has no body to count by.
                assertThat(raw.rest().split("HTTP/1\\.1 ", -1)).as(method).hasSize(2);
            }
        }
        assertThat(port.objects.keys()).doesNotContain("smuggled");
    }

    /** One byte anywhere in the framing: whatever it makes of the request, the one in its body is not done. */
    @Test
    void doesNotDoWhatIsHiddenWhereverAByteIsChanged() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String head = "PUT /object/outer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        String framed = head + CHUNKED_HIDDEN;
        byte[] odd = {0, 9, 10, 11, 13, 32, 43, 44, 45, 48, 58, 59, 120, -1};
        for (int i = 0; i < MUTATED; i++) {
            int at = random.nextInt(head.length() + 4);
            char[] changed = framed.toCharArray();
            changed[at] = (char) (odd[random.nextInt(odd.length)] & 0xFF);
            try (RawClient raw = port.connect()) {
                raw.send(new String(changed)).endOutput();
                String answers = raw.rest();
                assertThat(answers.split("HTTP/1\\.1 ", -1).length - 1)
                        .as("seed %d: answers to %s: %s", seed, new String(changed), answers)
                        .isLessThanOrEqualTo(1);
            }
            assertThat(port.objects.keys())
                    .as("seed %d: %s", seed, new String(changed))
                    .doesNotContain("smuggled");
        }
    }
}
