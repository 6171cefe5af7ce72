package flare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserCommandTest {

    private static final String ISSUED =
            "{\"user\":\"anna\",\"id\":\"abc\",\"accessKey\":\"AK\",\"secretKey\":\"the-secret\"}";
    private static final String USER = """
            {"name":"anna","id":"abc","displayName":"Anna","email":null,"enabled":false,"created":"2026-01-02T03:04:05Z",\
            "keys":[{"accessKey":"AK","enabled":false,"created":"2026-01-02T03:04:05Z"}],"policies":["readwrite"]}""";

    private final List<String> asked = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private int status = 200;
    private String answer = USER;

    @TempDir
    Path directory;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI()
                    + (sent.isEmpty() ? "" : " " + exchange.getRequestHeaders().getFirst("Content-Type") + " " + sent));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.add("--admin");
        line.add("http://127.0.0.1:" + server.getAddress().getPort());
        return FlareCommand.create()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
    }

    @Test
    void addsAUserAndPrintsBothKeys() {
        answer = ISSUED;
        assertThat(run("user", "add", "anna", "--display-name", "Anna", "--policy", "readwrite"))
                .isZero();
        assertThat(asked)
                .containsExactly(
                        "PUT /admin/users/anna application/json {\"id\":null,\"displayName\":\"Anna\",\"email\":null,"
                                + "\"accessKey\":null,\"secretKey\":null}",
                        "PUT /admin/users/anna/policies/readwrite");
        assertThat(out.toString()).contains("access key    AK", "secret key    the-secret", "not shown again");
    }

    @Test
    void takesAKeyPairWithTheSecretFromAFile() throws IOException {
        answer = ISSUED;
        Path file = Files.writeString(directory.resolve("secret"), "the-secret\n");
        assertThat(run("user", "add", "anna", "--access-key", "AK", "--secret-key-file", file.toString(), "--json"))
                .isZero();
        assertThat(asked.get(0)).endsWith("\"accessKey\":\"AK\",\"secretKey\":\"the-secret\"}");
        assertThat(out.toString()).contains("\"secretKey\" : \"the-secret\"");
    }

    @Test
    void refusesHalfAKeyPairBeforeItAsks() {
        assertThat(run("user", "add", "anna", "--access-key", "AK")).isEqualTo(2);
        assertThat(err.toString()).contains("--access-key AK needs its secret: --secret-key-file FILE");
        assertThat(run("user", "key", "add", "anna", "--secret-key", "the-secret"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--access-key is missing").doesNotContain("the-secret");
        assertThat(run("user", "add", "a", "--access-key", "AK", "--secret-key-file", "/nonesuch"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--secret-key-file /nonesuch can't be read: NoSuchFileException");
        assertThat(asked).isEmpty();
    }

    @Test
    void showsUsers() {
        assertThat(run("user", "show", "anna")).isZero();
        assertThat(out.toString())
                .contains("anna, disabled", "display name  Anna", "policies      readwrite", "AK, made", ", disabled");
        answer = "{\"users\":[" + USER + "],\"next\":null}";
        assertThat(run("user", "list")).isZero();
        assertThat(out.toString()).contains("anna  no       1     readwrite");
        assertThat(run("user", "list", "--json")).isZero();
        assertThat(out.toString()).contains("\"next\" : null");
    }

    @Test
    void ordersByMethodAndPath() throws IOException {
        Path file = Files.writeString(directory.resolve("policy"), "{}");
        assertThat(run("user", "disable", "anna")).isZero();
        assertThat(run("user", "enable", "anna")).isZero();
        assertThat(run("user", "remove", "anna")).isZero();
        assertThat(run("user", "key", "disable", "anna", "A+K=")).isZero();
        assertThat(run("user", "key", "remove", "anna", "AK")).isZero();
        assertThat(run("user", "policy", "put", "anna", "p", "--file", file.toString()))
                .isZero();
        assertThat(run("user", "policy", "remove", "anna", "p")).isZero();
        assertThat(run("user", "policy", "show", "anna", "p")).isZero();
        assertThat(run("user", "policy", "list", "anna")).isZero();
        assertThat(asked)
                .containsExactly(
                        "PUT /admin/users/anna/disable",
                        "PUT /admin/users/anna/enable",
                        "DELETE /admin/users/anna",
                        "PUT /admin/users/anna/keys/A%2BK%3D/disable",
                        "DELETE /admin/users/anna/keys/AK",
                        "PUT /admin/users/anna/policies/p application/json {}",
                        "DELETE /admin/users/anna/policies/p",
                        "GET /admin/users/anna/policies/p",
                        "GET /admin/users/anna");
    }

    @Test
    void passesOnARefusal() {
        status = 404;
        answer = "{\"error\":\"there is no user 'anna'\"}";
        assertThat(run("user", "show", "anna")).isEqualTo(1);
        assertThat(err.toString()).contains("flare: there is no user 'anna'");
    }
}
