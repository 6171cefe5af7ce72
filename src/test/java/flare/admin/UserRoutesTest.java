package flare.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.config.Settings;
import flare.metadata.InMemoryMetadata;
import flare.model.UserName;
import flare.object.MetadataUserService;
import flare.object.UserService;
import flare.telemetry.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Users through the admin port. */
class UserRoutesTest {

    private static final String SECRET = "a secret of anna";

    private static final ActorTestKit KIT = ActorTestKit.create();

    private final UserService users = new MetadataUserService(new InMemoryMetadata(), Duration.ofSeconds(5));
    private final Settings settings =
            Settings.load("flare.s3 { root-access-key = ROOT, root-secret-key = rootsecret }");
    private final Metrics metrics = new Metrics();
    private final AdminPort port = new AdminPort(
            KIT.system(),
            new AdminAccess(Optional.empty(), true),
            new ApiProcess(
                    new FixedMetadata(),
                    0,
                    Duration.ofMillis(200),
                    List::of,
                    new AdminPortTest.IdleWork(),
                    Optional::empty,
                    new UserAdministration(users, settings.s3()),
                    question -> CompletableFuture.failedStage(new UnsupportedOperationException())),
            () -> CompletableFuture.failedStage(new UnsupportedOperationException()),
            new Scrape(metrics, 0, () -> CompletableFuture.completedStage(List.of())));

    private int status;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private JsonNode send(String method, String path, String body) throws Exception {
        return send(HttpRequest.create(path)
                .withMethod(HttpMethods.lookup(method).orElseThrow())
                .withEntity(
                        body.isEmpty()
                                ? HttpEntities.EMPTY
                                : HttpEntities.create(ContentTypes.APPLICATION_JSON, body)));
    }

    private JsonNode send(HttpRequest request) throws Exception {
        HttpResponse response = port.handle(request).toCompletableFuture().get(10, TimeUnit.SECONDS);
        status = response.status().intValue();
        byte[] bytes = response.entity()
                .toStrict(5_000, KIT.system())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .getData()
                .toArrayUnsafe();
        return json(bytes);
    }

    private static JsonNode json(byte[] bytes) throws IOException {
        return new ObjectMapper().readTree(bytes);
    }

    private JsonNode add(String name, String fields) throws Exception {
        return send("PUT", "/admin/users/" + name, fields);
    }

    private String refused(int expected, JsonNode answer) {
        assertThat(status).as("%s", answer).isEqualTo(expected);
        return answer.path("error").asText();
    }

    @Test
    void addsAUserAndTellsTheSecretOnce() throws Exception {
        JsonNode issued = add("anna", "{\"displayName\":\"Anna\"}");
        assertThat(status).isEqualTo(200);
        assertThat(issued.path("accessKey").asText()).matches("[A-Z2-7]{20}");
        String secret = issued.path("secretKey").asText();
        assertThat(secret).matches("[A-Za-z0-9]{40}");
        assertThat(issued.path("id").asText()).matches("[0-9a-f]{64}");
        assertThat(send("GET", "/admin/users/anna", "").toString())
                .contains("Anna", issued.path("accessKey").asText())
                .doesNotContain(secret);
        assertThat(send("GET", "/admin/users", "").toString()).contains("anna").doesNotContain(secret);
        assertThat(send("PUT", "/admin/users/anna/disable", "").toString()).doesNotContain(secret);
        assertThat(send("DELETE", "/admin/users/anna", "").toString())
                .contains("anna")
                .doesNotContain(secret);
        assertThat(refused(404, send("GET", "/admin/users/anna", ""))).isEqualTo("there is no user 'anna'");
    }

    @Test
    void takesAKeyPairAndAnIdThatWereThereBefore() throws Exception {
        String id = "b".repeat(64);
        JsonNode issued =
                add("anna", "{\"id\":\"" + id + "\",\"accessKey\":\"ANNA\",\"secretKey\":\"" + SECRET + "\"}");
        assertThat(issued.path("id").asText()).isEqualTo(id);
        assertThat(users.findAccessKey("ANNA")
                        .toCompletableFuture()
                        .join()
                        .orElseThrow()
                        .key()
                        .pair()
                        .secret())
                .isEqualTo(SECRET);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'id':'x'} | the canonical id 'x' is not allowed: 64 lower-case hexadecimal digits are",
                "{'accessKey':'A'} | access key A without a secret key is not allowed: both or neither are",
                "{'secretKey':'a secret of anna'} | a secret key without an access key is not allowed",
                "{'accessKey':'a b','secretKey':'a secret of anna'} | the access key 'a b' is not allowed",
                "{'accessKey':'A','secretKey':'short'} | the secret key has 5 bytes: 8 to 128 are allowed",
                "{'displayname':'a secret of anna'} | the body is not a JSON object with [id, displayName, email,",
                "{'secretKey':['a secret of anna']} | the body is not a JSON object with [id, displayName, email,",
                "{'email':' '} | the e-mail address ' ' is not allowed",
            })
    void refusesWhatIsNoUser(String body, String saying) throws Exception {
        assertThat(refused(400, add("anna", body.replace('\'', '"'))))
                .startsWith(saying)
                .doesNotContain(SECRET);
        assertThat(users.find(new UserName("anna")).toCompletableFuture().join())
                .isEmpty();
    }

    @Test
    void refusesWhatIsTheRoots() throws Exception {
        assertThat(refused(400, add("anna", "{\"id\":\"" + settings.s3().rootId() + "\"}")))
                .contains("is that of the root");
        assertThat(refused(409, add("anna", "{\"accessKey\":\"ROOT\",\"secretKey\":\"" + SECRET + "\"}")))
                .contains("access key ROOT is that of the root");
    }

    @Test
    void refusesASecondOfTheSameName() throws Exception {
        add("anna", "{}");
        assertThat(refused(409, add("anna", "{}"))).isNotEmpty();
    }

    @Test
    void addsDisablesAndRemovesKeys() throws Exception {
        add("anna", "{\"accessKey\":\"A1\",\"secretKey\":\"" + SECRET + "\"}");
        JsonNode second = send("POST", "/admin/users/anna/keys", "{}");
        assertThat(second.path("secretKey").asText()).hasSize(40);
        assertThat(isEnabled("A1", send("PUT", "/admin/users/anna/keys/A1/disable", "")))
                .isFalse();
        assertThat(isEnabled("A1", send("PUT", "/admin/users/anna/keys/A1/enable", "")))
                .isTrue();
        assertThat(send("DELETE", "/admin/users/anna/keys/A1", "").path("keys")).hasSize(1);
        assertThat(refused(404, send("DELETE", "/admin/users/anna/keys/A1", "")))
                .isNotEmpty();
    }

    private static boolean isEnabled(String accessKey, JsonNode user) {
        for (JsonNode key : user.path("keys")) {
            if (key.path("accessKey").asText().equals(accessKey)) {
                return key.path("enabled").asBoolean();
            }
        }
        throw new AssertionError("no key " + accessKey + " in " + user);
    }

    @Test
    void putsShowsAndRemovesPolicies() throws Exception {
        add("anna", "{}");
        String policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\","
                + "\"Resource\":\"arn:aws:s3:::photos/*\"}]}";
        assertThat(send("PUT", "/admin/users/anna/policies/photos", policy)
                        .path("policies")
                        .get(0)
                        .asText())
                .isEqualTo("photos");
        assertThat(send("GET", "/admin/users/anna/policies/photos", "").toString())
                .isEqualTo(policy);
        send("PUT", "/admin/users/anna/policies/readwrite", "");
        assertThat(send("GET", "/admin/users/anna/policies/readwrite", "").toString())
                .contains("s3:*");
        assertThat(send("DELETE", "/admin/users/anna/policies/photos", "").path("policies"))
                .hasSize(1);
        assertThat(refused(404, send("GET", "/admin/users/anna/policies/photos", "")))
                .isEqualTo("user anna has no policy photos");
        assertThat(refused(400, send("PUT", "/admin/users/anna/policies/photos", "[]")))
                .contains("photos");
        assertThat(refused(400, send("PUT", "/admin/users/anna/policies/nonesuch", "")))
                .contains("there is no built-in policy 'nonesuch'", "readwrite");
    }

    @Test
    void takesAnOrderOnlyAsJsonAndByItsMethod() throws Exception {
        add("anna", "{}");
        HttpRequest plain = HttpRequest.POST("/admin/users/anna/keys")
                .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, "{}"));
        assertThat(refused(400, send(plain))).contains("Content-Type: application/json");
        assertThat(refused(405, send("POST", "/admin/users/anna", "{}"))).contains("GET, PUT, DELETE");
        assertThat(refused(405, send("POST", "/admin/users", "{}"))).contains("GET");
        assertThat(refused(405, send("GET", "/admin/users/anna/disable", ""))).contains("PUT");
        assertThat(refused(404, send("GET", "/admin/users/anna/photos", ""))).contains("nothing at this path");
        assertThat(refused(400, send("GET", "/admin/users/anna%20b", ""))).contains("user name");
        assertThat(refused(400, send("PUT", "/admin/users/bob", "{\"email\":\"" + "x".repeat(70_000) + "\"}")))
                .contains("longer than");
    }

    @Test
    void listsInPages() throws Exception {
        add("b", "{}");
        add("a", "{}");
        JsonNode all = send("GET", "/admin/users", "");
        assertThat(all.path("users").get(0).path("name").asText()).isEqualTo("a");
        assertThat(all.path("next").isNull()).isTrue();
        assertThat(send("GET", "/admin/users?after=a", "").path("users")).hasSize(1);
    }
}
