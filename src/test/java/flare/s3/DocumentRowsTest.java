package flare.s3;

import static flare.s3.SignedPort.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bad-input table, documents in XML; the numbers are its rows. What was to be deleted is there all the while. */
class DocumentRowsTest {

    private static final TestPort port = new TestPort();
    private static final String NAMED = "<Object><Key>precious</Key></Object>";

    @BeforeEach
    void store() throws IOException {
        port.send("PUT", "/object/precious", "precious");
    }

    @AfterAll
    static void stop() {
        port.close();
    }

    private static RawClient.Response delete(byte[] document) throws IOException {
        return port.ask(RawClient.head(
                        "POST /object?delete", "Content-Length: " + document.length, "Content-MD5: " + md5(document))
                + new String(document, StandardCharsets.ISO_8859_1));
    }

    private static RawClient.Response delete(String document) throws IOException {
        return delete(document.getBytes(StandardCharsets.UTF_8));
    }

    private static String md5(byte[] document) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(document));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void malformed(String document) throws IOException {
        malformed(delete(document));
    }

    private static void malformed(RawClient.Response response) throws IOException {
        refused(response, 400, "MalformedXML");
        assertThat(port.get("/object/precious").body()).isEqualTo("precious");
    }

    @Test
    void row65RefusesDocumentTypesAndFetchesNothing(@TempDir Path directory) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "precious");
        try (ServerSocket elsewhere = new ServerSocket(0)) {
            elsewhere.setSoTimeout(200);
            String url = "http://127.0.0.1:" + elsewhere.getLocalPort() + "/evil.dtd";
            for (String dtd : List.of(
                    "<!DOCTYPE Delete>",
                    "<!DOCTYPE Delete [<!ENTITY x>",
                    "<!DOCTYPE Delete [<!ENTITY x >\u0012x",
                    "<!DOCTYPE Delete SYSTEM \"" + url + "\">",
                    "<!DOCTYPE Delete [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>",
                    "<!DOCTYPE Delete [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
                    "<!DOCTYPE Delete [<!ENTITY % p SYSTEM \"" + url + "\"> %p;]>",
                    "<!DOCTYPE Delete PUBLIC \"-//x//y\" \"" + url + "\" [<!ENTITY x \"precious\">]>")) {
                RawClient.Response response = delete(dtd + "<Delete><Object><Key>&x;</Key></Object></Delete>");
                malformed(response);
                assertThat(response.body()).doesNotContain("root:");
            }
            assertThat(connected(elsewhere)).as("somebody asked for " + url).isFalse();
        }
    }

    private static boolean connected(ServerSocket socket) throws IOException {
        try {
            socket.accept().close();
            return true;
        } catch (java.net.SocketTimeoutException nobody) {
            return false;
        }
    }

    @Test
    void row66RefusesEntityBombsAtNoCost() throws IOException {
        StringBuilder laughs = new StringBuilder("<!DOCTYPE Delete [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 30; i++) {
            laughs.append("<!ENTITY a" + i + " \"" + ("&a" + (i - 1) + ";").repeat(10) + "\">");
        }
        laughs.append("]><Delete><Object><Key>&a29;</Key></Object></Delete>");
        String quadratic = "<!DOCTYPE Delete [<!ENTITY a \"" + "a".repeat(50_000) + "\">]><Delete><Object><Key>"
                + "&a;".repeat(50_000) + "</Key></Object></Delete>";
        for (String bomb : List.of(laughs.toString(), quadratic)) {
            malformed(bomb);
            requireCheap(bomb.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** By the best of several, as the first pays for loading classes; allocation counts, live or not. */
    private static void requireCheap(byte[] document) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long leastNanos = Long.MAX_VALUE;
        long leastBytes = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long nanos = threads.getCurrentThreadCpuTime();
            try {
                XmlElement.parse(document, "Delete");
                throw new AssertionError("the bomb was taken");
            } catch (FlareException refusal) {
                assertThat(refusal.fault()).isEqualTo(Fault.MALFORMED_XML);
            }
            leastNanos = Math.min(leastNanos, threads.getCurrentThreadCpuTime() - nanos);
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - bytes);
        }
        assertThat(leastNanos).as("CPU time, ns").isLessThan(100_000_000);
        assertThat(leastBytes).as("bytes allocated").isLessThan(10L << 20);
    }

    @Test
    void row67RefusesDepthsOtherEncodingsAndElementsItDoesNotKnow() throws IOException {
        malformed("<Delete>" + "<Object>".repeat(100_000));
        malformed("<Delete>" + "<a>".repeat(100_000) + "</a>".repeat(100_000) + "</Delete>");
        malformed("<Delete><Object><Key>" + "<a>".repeat(40) + "</a>".repeat(40) + "</Key></Object></Delete>");
        String good = "<Delete>" + NAMED + "</Delete>";
        for (Charset charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            malformed(delete(good.getBytes(charset)));
        }
        malformed(delete(("<?xml version='1.0' encoding='UTF-16'?>" + good).getBytes(StandardCharsets.UTF_16)));
        malformed(delete(good.replace("precious", "pr\u00e9cieux").getBytes(StandardCharsets.ISO_8859_1)));
        malformed(delete(good.replace("precious", "\u00ed\u00a0\u0080").getBytes(StandardCharsets.ISO_8859_1)));
        malformed("<Delete>" + NAMED + "<Force>true</Force></Delete>");
        malformed("<Delete><Object><Key>precious</Key><Bypass>true</Bypass></Object></Delete>");
        malformed("<Remove>" + NAMED + "</Remove>");
        malformed("<Delete>" + NAMED);
        malformed("<Delete>" + NAMED + "</Delete><Delete/>");
        malformed("<Delete><Object><Key>precious</Key><Key>other</Key></Object></Delete>");
        malformed("{\"Delete\": []}");
        malformed("");
    }

    @Test
    void row67RefusesADocumentOfAGibibyteAtItsHeadAndOneWithoutALengthAtTwoMebibytes() throws IOException {
        RawClient.Response announced = port.ask(RawClient.head(
                "POST /object?delete", "Content-Length: 1073741824", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="));
        refused(announced, 400, "EntityTooLarge");
        try (RawClient raw = port.connect()) {
            raw.send(RawClient.head(
                    "POST /object?delete", "Transfer-Encoding: chunked", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="));
            raw.send("8\r\n<Delete>\r\n");
            String piece = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 33; i++) {
                raw.send(piece);
            }
            refused(raw.response(), 400, "EntityTooLarge");
        }
        assertThat(port.get("/object/precious").body()).isEqualTo("precious");
    }

    @Test
    void row68RefusesNoKeyAndMoreThanAThousand() throws IOException {
        malformed("<Delete></Delete>");
        malformed("<Delete><Quiet>true</Quiet></Delete>");
        malformed("<Delete>" + NAMED + "<Object><Key>k</Key></Object>".repeat(1000) + "</Delete>");
        assertThat(delete("<Delete>" + "<Object><Key>k</Key></Object>".repeat(1000) + "</Delete>")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void row69RefusesDeleteObjectsThatNothingVouchesFor() throws IOException {
        String document = "<Delete>" + NAMED + "</Delete>";
        RawClient.Response response =
                port.ask(RawClient.head("POST /object?delete", "Content-Length: " + document.length()) + document);
        refused(response, 400, "InvalidRequest");
        RawClient.Response other = port.ask(RawClient.head(
                        "POST /object?delete",
                        "Content-Length: " + document.length(),
                        "Content-MD5: " + md5("other".getBytes(StandardCharsets.UTF_8)))
                + document);
        refused(other, 400, "BadDigest");
        assertThat(port.get("/object/precious").body()).isEqualTo("precious");
        assertThat(delete(document).status()).isEqualTo(200);
        assertThat(port.get("/object/precious").statusCode()).isEqualTo(404);
    }
}
