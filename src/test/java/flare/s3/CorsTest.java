package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.BucketId;
import flare.model.BucketInfo.DocumentKind;
import flare.model.FlareException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules for pages of other origins, over requests that are signed or, as preflights, are not. */
class CorsTest {

    private static final String RULES = """
            <CORSConfiguration>
              <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*suffix</AllowedOrigin></CORSRule>
              <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>start*end</AllowedOrigin>
                <AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>
              </CORSRule>
              <CORSRule><ID>put</ID><AllowedMethod>PUT</AllowedMethod><AllowedMethod>DELETE</AllowedMethod>
                <AllowedOrigin>https://put.example</AllowedOrigin></CORSRule>
              <CORSRule><AllowedMethod>HEAD</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>
            </CORSConfiguration>
            """;

    private static final SignedPort signed = new SignedPort();
    private static final TestPort port = signed.port;

    @AfterAll
    static void close() {
        signed.close();
    }

    private static void rules(String rules) {
        keep(Optional.of(CorsRules.parse(bytes(rules)).document()));
    }

    private static void keep(Optional<byte[]> document) {
        port.objects.buckets.setDocument(new BucketId(1), DocumentKind.CORS, document);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private HttpResponse<String> preflight(String target, String... headers) throws IOException {
        return port.send("OPTIONS", target, "", headers);
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue("access-control-" + name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "/object, foo.suffix, GET, '', true",
        "/object/any%20key?uploadId=1&partNumber=2, foo.suffix, GET, '', true",
        "/object, foo.suffix.get, GET, '', false",
        "/object, foo.suffix, PUT, '', false",
        "/object, startend, GET, '', true",
        "/object, start1end, GET, 'X-Amz-Date, x-amz-meta-a', true",
        "/object, start1end, GET, content-type, false",
        "/object, starend, GET, '', false",
        "/object, 0startend, GET, '', false",
        "/object, https://put.example, DELETE, '', true"
    })
    void answersPreflightsByTheRules(String target, String origin, String method, String headers, boolean allowed)
            throws IOException {
        rules(RULES);
        HttpResponse<String> response = headers.isEmpty()
                ? preflight(target, "Origin", origin, "Access-Control-Request-Method", method)
                : preflight(
                        target,
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        method,
                        "Access-Control-Request-Headers",
                        headers);
        assertThat(response.statusCode()).isEqualTo(allowed ? 200 : 403);
        assertThat(header(response, "allow-origin")).isEqualTo(allowed ? origin : "");
        if (allowed) {
            assertThat(header(response, "allow-methods")).contains(method);
            assertThat(header(response, "allow-headers")).isEqualToIgnoringCase(headers);
            assertThat(header(response, "allow-credentials")).isEqualTo("true");
        } else {
            assertThat(response.body()).contains("<Code>AccessForbidden</Code>", "CORSResponse");
        }
    }

    @Test
    void tellsAllThatTheRuleSays() throws IOException {
        rules(RULES);
        HttpResponse<String> response =
                preflight("/object/k", "Origin", "startend", "Access-Control-Request-Method", "GET");
        assertThat(header(response, "max-age")).isEqualTo("60");
        assertThat(header(response, "expose-headers")).isEqualTo("ETag");
        assertThat(response.headers().firstValue("vary").orElse("")).startsWith("Origin");
        HttpResponse<String> all = preflight("/object/k", "Origin", "any", "Access-Control-Request-Method", "HEAD");
        assertThat(header(all, "allow-origin")).isEqualTo("*");
        assertThat(header(all, "allow-credentials")).isEmpty();
        assertThat(port.finished).extracting(request -> request.operation()).contains("PreflightObject");
    }

    @Test
    void refusesPreflightsThatAskNothing() throws IOException {
        keep(Optional.empty());
        refused(preflight("/object"), 400, "BadRequest");
        refused(preflight("/object", "Origin", "a"), 400, "BadRequest");
        refused(preflight("/object", "Origin", "a", "Access-Control-Request-Method", "PATCH"), 400, "BadRequest");
        refused(preflight("/object", "Origin", "a", "Access-Control-Request-Method", "GET"), 403, "AccessForbidden");
        refused(preflight("/none", "Origin", "a", "Access-Control-Request-Method", "GET"), 404, "NoSuchBucket");
        assertThat(preflight("/", "Origin", "a", "Access-Control-Request-Method", "GET")
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void addsItsHeadersToAnswersAndRefusals() throws IOException {
        rules(RULES);
        HttpResponse<String> denied = port.get("/object/k", "Origin", "foo.suffix");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(header(denied, "allow-origin")).isEqualTo("foo.suffix");
        assertThat(header(denied, "allow-methods")).isEqualTo("GET");
        assertThat(header(port.get("/object/k", "Origin", "elsewhere"), "allow-origin"))
                .isEmpty();
        assertThat(header(port.get("/object/k"), "allow-origin")).isEmpty();
        assertThat(header(
                        port.send(
                                "PUT", "/object/k", "", "Origin", "foo.suffix", "Access-Control-Request-Method", "GET"),
                        "allow-origin"))
                .isEqualTo("foo.suffix");
        assertThat(header(port.get("/none/k", "Origin", "foo.suffix"), "allow-origin"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<AllowedMethod>GET</AllowedMethod>",
                "<AllowedOrigin>*</AllowedOrigin>",
                "<AllowedMethod>get</AllowedMethod><AllowedOrigin>*</AllowedOrigin>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*.*</AllowedOrigin>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>a b</AllowedOrigin>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><AllowedHeader>**</AllowedHeader>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><ExposeHeader>x-*</ExposeHeader>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><MaxAgeSeconds>-1</MaxAgeSeconds>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><Other>1</Other>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
                        + "<ExposeHeader>a&#13;&#10;Set-Cookie: b</ExposeHeader>",
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*&#10;X: y</AllowedOrigin>"
            })
    void row46RefusesRulesThatCantBeKeptOrWouldInjectHeaders(String rule) {
        String document = "<CORSConfiguration><CORSRule>" + rule + "</CORSRule></CORSConfiguration>";
        assertThatThrownBy(() -> CorsRules.parse(bytes(document))).isInstanceOf(FlareException.class);
    }

    @Test
    void keepsOneHundredRulesAndNoMore() {
        String rule = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>";
        String hundred = "<CORSConfiguration>" + rule.repeat(100) + "</CORSConfiguration>";
        assertThat(CorsRules.parse(bytes(hundred)).rules()).hasSize(100);
        for (int rules : new int[] {0, 101}) {
            String document = "<CORSConfiguration>" + rule.repeat(rules) + "</CORSConfiguration>";
            assertThatThrownBy(() -> CorsRules.parse(bytes(document))).isInstanceOf(FlareException.class);
        }
    }

    @Test
    void readsBackWhatItWrites() {
        CorsRules rules = CorsRules.parse(bytes(RULES));
        assertThat(CorsRules.parse(rules.document())).isEqualTo(rules);
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }
}
