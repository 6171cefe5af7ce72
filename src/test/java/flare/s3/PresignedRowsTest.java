package flare.s3;

import static flare.s3.SignedClient.request;
import static flare.s3.SignedPort.NOW;
import static flare.s3.SignedPort.refused;
import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.Payload;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad-input table, presigned URLs and odd targets; the numbers are its rows. */
class PresignedRowsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static SignedPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new SignedPort();
        port.storePrecious();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static WireRequest presigned(String method, String target, Instant time) {
        return SignedClient.SIGNER.presign(request(method, target, 0), time, MINUTE);
    }

    private static WireRequest withQuery(WireRequest request, String query) {
        return new WireRequest(request.method(), request.rawPath(), query, request.headers());
    }

    @Test
    void row29RefusesTwoSignatures() throws IOException {
        WireRequest url = presigned("GET", "/object/precious", NOW);
        WireRequest both = SignedClient.SIGNER.sign(url, Payload.UNSIGNED, NOW);
        refused(port.client.send(both, ""), 400, "InvalidArgument");
        WireRequest half = port.client.signed(
                withQuery(url, "X-Amz-Credential=root%2F20260102%2Fus-east-1%2Fs3%2Faws4_request"), Payload.UNSIGNED);
        refused(port.client.send(half, ""), 400, "InvalidArgument");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "0", "", "1.5", "+60", "%2060"})
    void row30RefusesALifetimeThatIsNone(String expires) throws IOException {
        WireRequest url = presigned("GET", "/object/precious", NOW);
        String query = url.rawQuery().replace("X-Amz-Expires=60", "X-Amz-Expires=" + expires);
        refused(port.client.send(withQuery(url, query), ""), 400, "AuthorizationQueryParametersError");
    }

    @ParameterizedTest
    @CsvSource({"crc32, AAAAAA%3D%3D", "crc64nvme, AAAAAAAAAAA%3D", "sha1, 2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D"})
    void takesABodyThatWasUnknownWhenItsUrlWasSigned(String algorithm, String ofNothing) throws IOException {
        String target = "/object/unknown-" + algorithm + "?x-amz-sdk-checksum-algorithm="
                + algorithm.toUpperCase(java.util.Locale.ROOT) + "&x-amz-checksum-" + algorithm + "=";
        WireRequest url = SignedClient.SIGNER.presign(request("PUT", target + ofNothing, 4), NOW, MINUTE);
        assertThat(port.client.send(url, "body").status()).isEqualTo(200);
        String wrong = target + ofNothing.replaceFirst("[A2]", "B");
        WireRequest other = SignedClient.SIGNER.presign(request("PUT", wrong, 4), NOW, MINUTE);
        refused(port.client.send(other, "body"), 400, "BadDigest");
    }

    @Test
    void copiesFromASourceThatIsSignedIntoTheQuery() throws IOException {
        String target = "/object/copied?x-amz-copy-source=object%2Fprecious";
        RawClient.Response copied = port.client.send(presigned("PUT", target, NOW), "");
        assertThat(copied.body()).contains("<CopyObjectResult");
        WireRequest plain = presigned("PUT", "/object/copied", NOW);
        String more = plain.rawQuery() + "&x-amz-copy-source=object%2Fprecious";
        refused(port.client.send(withQuery(plain, more), ""), 403, "SignatureDoesNotMatch");
    }

    @Test
    void row31RefusesALifetimeOfMoreThanAWeek() throws IOException {
        WireRequest plain = request("GET", "/object/precious", 0);
        for (long seconds : List.of(604_801L, 9_999_999_999L)) {
            WireRequest url = SignedClient.SIGNER.presign(plain, NOW, Duration.ofSeconds(seconds));
            refused(port.client.send(url, ""), 400, "AuthorizationQueryParametersError");
        }
        WireRequest longest = SignedClient.SIGNER.presign(plain, NOW, Duration.ofDays(7));
        assertThat(port.client.send(longest, "").body()).isEqualTo("precious");
    }

    @Test
    void row32RefusesAUrlASecondAfterItsEnd() throws IOException {
        assertThat(port.client
                        .send(presigned("GET", "/object/precious", NOW.minusSeconds(60)), "")
                        .body())
                .isEqualTo("precious");
        refused(port.client.send(presigned("GET", "/object/precious", NOW.minusSeconds(61)), ""), 403, "AccessDenied");
    }

    @Test
    void row33RefusesAUrlForAnotherMethod() throws IOException {
        WireRequest url = presigned("GET", "/object/precious", NOW);
        for (String method : List.of("PUT", "DELETE", "POST")) {
            Map<String, List<String>> headers = new TreeMap<>(url.headers());
            headers.put("content-length", List.of("0"));
            RawClient.Response response =
                    port.client.send(new WireRequest(method, url.rawPath(), url.rawQuery(), headers), "");
            if (method.equals("POST")) {
                // There is none to an object, whoever signs it.
                assertThat(response.status()).isIn(405, 501);
            } else {
                port.refusedAndUnchanged(response, 403, "SignatureDoesNotMatch");
            }
        }
        WireRequest elsewhere = new WireRequest("GET", "/object/other", url.rawQuery(), url.headers());
        refused(port.client.send(elsewhere, ""), 403, "SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "versionId=0000000000000001",
                "response-content-type=text/html",
                "response-content-disposition=attachment",
                "partNumber=1",
                "x-id=GetObject",
                "x-amz-checksum-mode=ENABLED"
            })
    void row34RefusesAUrlWithParametersAdded(String added) throws IOException {
        WireRequest url = presigned("GET", "/object/precious", NOW);
        refused(port.client.send(withQuery(url, url.rawQuery() + "&" + added), ""), 403, "SignatureDoesNotMatch");
        refused(port.client.send(withQuery(url, added + "&" + url.rawQuery()), ""), 403, "SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list-type=2&prefix=b&prefix=a",
                "list-type=2&prefix=a&prefix=b",
                "prefix=z&list-type=2&max-keys=2&prefix=&max-keys=1",
                "max-keys=3&list-type=2&list-type=2"
            })
    void row35TakesRepeatedParametersInAnyOrder(String query) throws IOException {
        assertThat(port.client.get("/object?" + query).status()).isEqualTo(200);
        assertThat(port.client
                        .send(presigned("GET", "/object?" + query, NOW), "")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a//b",
                "a/../b",
                "a/./b",
                "../../etc/passwd",
                "a%2Fb",
                "a%2fb",
                "p+q",
                "p%2Bq",
                "s%20p",
                "st*r",
                "q'q",
                "q%27q",
                "semi;x",
                "semi%3Bx",
                "caf%C3%A9",
                "cafe%CC%81",
                "%F0%9F%98%80",
                "trailing/",
                "/leading",
                "%25",
                "a%3Fb",
                "a&b=c",
                "tilde~",
                "%7Etilde"
            })
    void row36TakesOddKeysAndGivesTheirBytesBack(String key) throws IOException {
        String target = "/object/odd/" + key;
        String body = "of " + key;
        assertThat(port.client.put(target, body).status()).isEqualTo(200);
        assertThat(port.client.get(target).body()).isEqualTo(body);
        assertThat(port.client.send(presigned("GET", target, NOW), "").body()).isEqualTo(body);
        String stored = flare.http.PercentCode.decodePath("odd/" + key);
        assertThat(port.port.objects.keys()).contains(stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Flare-Principal: root",
                "X-Flare-User: root",
                "flare-violation: none",
                "flare-host: store.example:8000",
                "flare-content-type: text/plain",
                "flare-content-encoding: gzip",
                "flare-no-length: 1",
                "Raw-Request-URI: /object/other",
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-Host: store.example:8000",
                "X-SeaweedFS-Principal: root",
                "X-Real-IP: 127.0.0.1",
                "Flare-Token: v1.x.1.y"
            })
    void row37IgnoresHeadersThatClaimToBeOurs(String header) throws IOException {
        refused(port.port.ask(RawClient.head("GET /object/precious", header)), 403, "AccessDenied");
        int colon = header.indexOf(':');
        WireRequest signed = port.client.signed(request("GET", "/object/precious", 0), Payload.UNSIGNED);
        WireRequest more = SignedClient.with(
                signed, header.substring(0, colon).toLowerCase(java.util.Locale.ROOT), header.substring(colon + 2));
        assertThat(port.client.send(more, "").body()).isEqualTo("precious");
        WireRequest forged = new WireRequest("GET", "/object/other", "", more.headers());
        refused(port.client.send(forged, ""), 403, "SignatureDoesNotMatch");
    }

    @Test
    void row37RefusesAPrincipalAmongTheAmzHeaders() throws IOException {
        WireRequest signed = port.client.signed(request("GET", "/object/precious", 0), Payload.UNSIGNED);
        refused(port.client.send(SignedClient.with(signed, "x-amz-principal", "root"), ""), 403, "AccessDenied");
        refused(port.port.ask(RawClient.head("GET /object/precious", "X-Amz-Principal: root")), 501, "NotImplemented");
    }
}
