package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** DeleteObjects by its documentation, and rows 65 to 69 of the bad input. */
class DeleteObjectsTest {

    private static final TestPort port = new TestPort();

    @AfterAll
    static void stop() {
        port.close();
    }

    @Test
    void deletesEachKeyAndSaysSo() throws IOException {
        put("del/a");
        put("del/b & <c>");
        put("del/kept");
        HttpResponse<String> response =
                delete("<Object><Key>del/a</Key></Object><Object><Key>del/b &amp; &lt;c&gt;</Key>"
                        + "</Object><Object><Key>del/never</Key></Object>");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("<Deleted><Key>del/a</Key></Deleted>")
                .contains("<Deleted><Key>del/b &amp; &lt;c&gt;</Key></Deleted>")
                .contains("<Deleted><Key>del/never</Key></Deleted>")
                .doesNotContain("Error");
        assertThat(port.get("/object/del/a").statusCode()).isEqualTo(404);
        assertThat(port.get("/object/del/kept").statusCode()).isEqualTo(200);
    }

    @Test
    void saysOnlyWhatFailedWhenQuiet() throws IOException {
        put("quiet/a");
        put("quiet/b");
        HttpResponse<String> response = delete("<Quiet>true</Quiet><Object><Key>quiet/a</Key></Object>"
                + "<Object><Key>quiet/b</Key><ETag>\"other\"</ETag></Object><Object><Key>" + "k".repeat(1025)
                + "</Key></Object>");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .doesNotContain("<Deleted>")
                .contains("<Error><Key>quiet/b</Key><Code>PreconditionFailed</Code>")
                .contains("<Code>KeyTooLongError</Code>");
        assertThat(port.get("/object/quiet/b").statusCode()).isEqualTo(200);
    }

    @Test
    void wantsADigestThatHolds() throws IOException {
        put("digest/a");
        String document = document("<Object><Key>digest/a</Key></Object>");
        refused(port.send("POST", "/object?delete", document), 400, "InvalidRequest");
        refused(
                port.send("POST", "/object?delete", document, "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="),
                400,
                "BadDigest");
        refused(port.send("POST", "/object?delete", document, "x-amz-checksum-crc32", "AAAAAA=="), 400, "BadDigest");
        assertThat(port.get("/object/digest/a").statusCode()).isEqualTo(200);
        String sha256 = Base64.getEncoder().encodeToString(digest("SHA-256", document));
        assertThat(port.send("POST", "/object?delete", document, "x-amz-checksum-sha256", sha256)
                        .statusCode())
                .isEqualTo(200);
        assertThat(port.get("/object/digest/a").statusCode()).isEqualTo(404);
    }

    @Test
    void refusesNoneAndTooManyAndWhatItDoesNotKnow() throws IOException {
        refused(delete(""), 400, "MalformedXML");
        refused(delete("<Object><Key>k</Key></Object>".repeat(1001)), 400, "MalformedXML");
        assertThat(delete("<Object><Key>k</Key></Object>".repeat(1000)).statusCode())
                .isEqualTo(200);
        refused(delete("<Object></Object>"), 400, "MalformedXML");
        refused(delete("<Object><Key>k</Key><Key>l</Key></Object>"), 400, "MalformedXML");
        refused(delete("<Object><Key>k</Key></Object><Unknown/>"), 400, "MalformedXML");
        refused(delete("<Object><Key>k</Key><Size>1</Size></Object>"), 501, "NotImplemented");
        assertThat(delete("<Object><Key>k</Key><VersionId>v</VersionId></Object>")
                        .body())
                .contains("<VersionId>v</VersionId><Code>InvalidArgument</Code>");
        refused(post("<!DOCTYPE Delete><Delete/>"), 400, "MalformedXML");
        refused(post("<Delete>" + " ".repeat(2 << 20) + "</Delete>"), 400, "EntityTooLarge");
    }

    /** One that failed leaves the answers of others, and says no more of the server than its client may know. */
    @ParameterizedTest
    @MethodSource
    void tellsAFailureInItsLogOnly(RuntimeException failure) throws IOException {
        Logger log = (Logger) LoggerFactory.getLogger(Refusals.class);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        log.addAppender(logged);
        port.objects.failDeletes = Optional.of(failure);
        try {
            HttpResponse<String> response = delete(
                    "<Object><Key>" + "k".repeat(1025) + "</Key></Object>" + "<Object><Key>fails</Key></Object>");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body())
                    .contains("<Code>KeyTooLongError</Code>", "<Key>fails</Key><Code>InternalError</Code>")
                    .doesNotContain("/secret/disk");
            assertThat(logged.list).anyMatch(event -> event.getLevel() == Level.ERROR);
        } finally {
            port.objects.failDeletes = Optional.empty();
            log.detachAppender(logged);
        }
    }

    static List<RuntimeException> tellsAFailureInItsLogOnly() {
        FlareException refusal = new FlareException(Fault.INTERNAL, "/secret/disk is on fire");
        return List.of(
                refusal,
                new CompletionException(new CompletionException(refusal)),
                new IllegalStateException("/secret/disk is gone"));
    }

    private static void put(String key) throws IOException {
        String target = "/object/" + flare.http.PercentCode.encodePath(key);
        assertThat(port.send("PUT", target, "x").statusCode()).isEqualTo(200);
    }

    private static String document(String content) {
        return "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + content + "</Delete>";
    }

    private static HttpResponse<String> delete(String content) throws IOException {
        return post(document(content));
    }

    private static HttpResponse<String> post(String document) throws IOException {
        String md5 = Base64.getEncoder().encodeToString(digest("MD5", document));
        return port.send("POST", "/object?delete", document, "Content-MD5", md5);
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
