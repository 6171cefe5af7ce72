package flare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import flare.model.ByteSize;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @AfterEach
    void forgetConfigFile() {
        System.clearProperty("config.file");
        ConfigFactory.invalidateCaches();
    }

    @Test
    void readsTheDefaultsOfReferenceConf() {
        Settings settings = defaults();

        assertThat(settings.node().roles()).containsExactlyInAnyOrder(NodeSettings.Role.API, NodeSettings.Role.DATA);
        assertThat(settings.node().dataDir()).isEqualTo(Path.of("./flare-data"));
        assertThat(settings.node().clusterSecret()).isEmpty();
        assertThat(settings.http().port()).isEqualTo(8000);
        assertThat(settings.object().chunkSize()).isEqualTo(ByteSize.mebibytes(8));
        assertThat(settings.session().expireAfter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.placement().strategy()).isEqualTo(PlacementSettings.Strategy.ROUND_ROBIN);
    }

    @Test
    void hasARecordComponentForEachKeyOfReferenceConfAndAKeyForEachComponent() {
        Set<String> keys = new TreeSet<>();
        collectKeys(ConfigFactory.defaultReference().getObject("flare"), "", keys);
        Set<String> components = new TreeSet<>();
        collectComponents(Settings.Block.class, "", components);

        assertThat(components).isEqualTo(keys);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flare.http.port = abc | flare.http.port = \"abc\" is not allowed: a whole number is",
                "flare.http.port = 65536 | flare.http.port = 65536 is not allowed: 0 (any free port) to 65535 is",
                "flare.http.port = -1 | flare.http.port = -1 is not allowed: 0 (any free port) to 65535 is",
                "flare.http = 8000 | flare.http = 8000 is not allowed: a block of settings { … } is",
                "flare.copies = 0 | flare.copies = 0 is not allowed: 1 or more is",
                "flare.copies = 2.5e30 | flare.copies = 2.5E30 is not allowed: a whole number is",
                "flare.chunk-size = 3 | flare.chunk-size = 3 is not allowed: a multiple of 64KiB up to 64MiB is",
                "flare.chunk-size = 128MiB"
                        + " | flare.chunk-size = \"128MiB\" is not allowed: a multiple of 64KiB up to 64MiB is",
                "flare.chunk-size = large"
                        + " | flare.chunk-size = \"large\" is not allowed: a size such as 64KiB, 8MiB or 5GiB is",
                "flare.max-object-size = -1"
                        + " | flare.max-object-size = -1 is not allowed: a size such as 64KiB, 8MiB or 5GiB is",
                "flare.inline-limit = 65537 | flare.inline-limit = 65537 is not allowed: up to 64KiB is",
                "flare.write-quorum = 2"
                        + " | flare.write-quorum = 2 is not allowed: 0 (a majority) up to copies = 1 is",
                "flare.etag = sha1 | flare.etag = \"sha1\" is not allowed: one of md5, fast is",
                "flare.roles = [] | flare.roles = [] is not allowed: [api], [data] or [api, data] is",
                "flare.roles = [web] | flare.roles = [\"web\"] is not allowed: a list of api, data is",
                "flare.roles = api | flare.roles = \"api\" is not allowed: a list of api, data is",
                "flare.shutdown-limit = soon"
                        + " | flare.shutdown-limit = \"soon\" is not allowed: a duration such as 500ms, 10s or 2h is",
                "flare.http.access-log = maybe"
                        + " | flare.http.access-log = \"maybe\" is not allowed: true or false is",
                "flare.http.trusted-proxies = [example.com] | flare.http.trusted-proxies = [\"example.com\"] is not"
                        + " allowed: a list, such as [\"10.0.0.0/8\", \"::1\"], is",
                "flare.s3.domain = [\"http://s3.example.com\"] | flare.s3.domain = [\"http://s3.example.com\"] is not allowed:"
                        + " host names in lower case without scheme and port, such as s3.example.com, are",
                "flare.s3.domain = 10.0.0.1 | flare.s3.domain = \"10.0.0.1\" is not allowed:"
                        + " host names in lower case without scheme and port, such as s3.example.com, are",
                "flare.s3.ignored-headers = X-Amz-Foo | flare.s3.ignored-headers = \"X-Amz-Foo\" is not allowed:"
                        + " header names in lower case that begin with x-amz- are",
                "flare.data.reserve = 1.5 | flare.data.reserve = 1.5 is not allowed: 0.0 up to below 1.0 is",
                "flare.data.nodes = 0 | flare.data.nodes = 0 is not allowed: 1 or more is",
                "flare.data-nodes = [\"10.0.0.7\"]"
                        + " | flare.data-nodes = [\"10.0.0.7\"] is not allowed: URLs such as http://10.0.0.7:9000 are",
                "flare.session.expire-after = 5s"
                        + " | flare.session.expire-after = \"5s\" is not allowed: at least three times renew-every is",
                "flare.raft.election-timeout-min = 3s | flare.raft.election-timeout-min = \"3s\" is not allowed:"
                        + " less than election-timeout-max is",
                "flare.health.failures = 0 | flare.health.failures = 0 is not allowed: 1 or more is",
                "flare.data-dir = \"\" | flare.data-dir = \"\" is not allowed: the path of a directory is",
                "flare.bind = \" \""
                        + " | flare.bind = \" \" is not allowed: an address of this machine, such as 127.0.0.1, is",
                "flare.log.format = xml | flare.log.format = \"xml\" is not allowed: one of text, json is",
                "flare.http.port = null | flare.http.port is not set: a whole number is needed",
            })
    void refusesAValueInOneSentenceNamingKeyValueAndWhatIsAllowed(String setting, String sentence) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(sentence);
    }

    @Test
    void refusesAMisspeltKeyAndNamesThoseOfItsBlock() {
        assertThatThrownBy(() -> with("flare.log.levle = debug"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("flare.log.levle is no setting; here are allowed: format, level");
    }

    @Test
    void refusesAnUnknownBlock() {
        assertThatThrownBy(() -> with("flare.https.port = 8443"))
                .hasMessageStartingWith("flare.https is no setting; here are allowed: ")
                .hasMessageContaining("chunk-size")
                .hasMessageContaining("http,");
    }

    @Test
    void refusesTextThatIsNoHocon() {
        assertThatThrownBy(() -> Settings.load("flare { port = "))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("the settings can't be read: ");
    }

    @Test
    void refusesAConfigFileThatIsNotThere(@TempDir Path dir) {
        System.setProperty("config.file", dir.resolve("none.conf").toString());

        assertThatThrownBy(Settings::load)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("none.conf");
    }

    @Test
    void readsAConfigFile(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("my.conf"), "flare.http.port = 18000");
        System.setProperty("config.file", file.toString());

        assertThat(Settings.load().http().port()).isEqualTo(18000);
    }

    @Test
    void readsEachEnvironmentVariable() {
        Config environment = ConfigFactory.parseMap(Map.of(
                "FLARE_DATA_DIR", "/srv/flare",
                "FLARE_PORT", "18000",
                "FLARE_ADMIN_PORT", "18001",
                "FLARE_RAFT_PORT", "18010",
                "FLARE_DATA_PORT", "19000",
                "FLARE_BIND", "localhost",
                "FLARE_CLUSTER_SECRET", SECRET,
                "FLARE_CLUSTER_SECRET_FILE", "",
                "FLARE_ADMIN_TOKEN", "swordfish",
                "FLARE_LOG_FORMAT", "json"));

        Config more = ConfigFactory.parseMap(
                Map.of("FLARE_DOMAIN", "s3.example.com, s3.internal", "FLARE_TRUSTED_PROXIES", "10.0.0.0/8"));

        Settings settings = Settings.of(ConfigFactory.parseResources("application.conf")
                .resolveWith(environment.withFallback(more))
                .withFallback(ConfigFactory.defaultReference()));

        assertThat(settings.node().dataDir()).isEqualTo(Path.of("/srv/flare"));
        assertThat(settings.node().bind()).isEqualTo("localhost");
        assertThat(settings.node().clusterSecret()).contains(SECRET);
        assertThat(settings.node().clusterSecretFile()).isEmpty();
        assertThat(settings.http().port()).isEqualTo(18000);
        assertThat(settings.http().trustedProxies()).hasSize(1);
        assertThat(settings.s3().domain()).containsExactly("s3.example.com", "s3.internal");
        assertThat(settings.admin().port()).isEqualTo(18001);
        assertThat(settings.admin().token()).contains("swordfish");
        assertThat(settings.raft().port()).isEqualTo(18010);
        assertThat(settings.data().port()).isEqualTo(19000);
        assertThat(settings.log().format()).isEqualTo(LogSettings.Format.JSON);
    }

    @Test
    void readsListsThatAreOneText() {
        Settings settings = with("flare { s3.domain = \"a.b, c\", http.trusted-proxies = \"10.0.0.0/8,::1\" }");

        assertThat(settings.s3().domain()).containsExactly("a.b", "c");
        assertThat(settings.http().trustedProxies()).hasSize(2);
        assertThat(with("flare.s3.domain = \"\"").s3().domain()).isEmpty();
    }

    @Test
    void readsRolesGivenOneByOneOnTheCommandLine() {
        Properties properties = new Properties();
        properties.setProperty("flare.roles.0", "data");
        properties.setProperty("flare.cluster-secret", SECRET);

        Settings settings =
                Settings.of(ConfigFactory.parseProperties(properties).withFallback(ConfigFactory.defaultReference()));

        assertThat(settings.node().roles()).containsExactly(NodeSettings.Role.DATA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void refusesToBindAnApiNodeBeyondLoopback(String bind) {
        assertThatThrownBy(() -> with("flare.bind = \"" + bind + "\""))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(
                        "flare.bind = \"" + bind + "\" is not allowed: without credentials everybody may do everything"
                                + " on the object port, so an address of loopback, such as 127.0.0.1, is; credentials are"
                                + " FLARE_ROOT_ACCESS_KEY and FLARE_ROOT_SECRET_KEY");
    }

    @Test
    void letsAnApiNodeWithCredentialsBindBeyondLoopback() {
        Settings settings = with("flare { bind = 0.0.0.0, s3 { root-access-key = root, root-secret-key = secret-0 } }");

        assertThat(settings.s3().hasCredentials()).isTrue();
        assertThat(settings.toString()).doesNotContain("secret-0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root-access-key = root",
                "root-secret-key = secret-0",
                "root-secret-key-file = /nowhere",
                "root-access-key = a, root-secret-key = secret-0, root-secret-key-file = /nowhere"
            })
    void refusesHalfAKeyPair(String pair) {
        assertThatThrownBy(() -> with("flare.s3 { " + pair + " }"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("flare.s3.root-")
                .hasMessageNotContaining("secret-0");
    }

    @Test
    void letsADataNodeBindBeyondLoopback() {
        Settings settings = with("flare { roles = [data], bind = 0.0.0.0, cluster-secret = " + SECRET + " }");

        assertThat(settings.node().bind()).isEqualTo("0.0.0.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flare.roles = [api]",
                "flare.roles = [data]",
                "flare.data-nodes = [\"http://127.0.0.1:9100\"]",
                "flare.raft.peers = [\"a@127.0.0.1:8010\", \"b@127.0.0.1:8011\"]",
            })
    void asksForTheClusterSecretAsSoonAsThereIsMoreThanOneProcess(String setting) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("flare.cluster-secret is not set: ");
    }

    @Test
    void refusesAShortSecretWithoutShowingIt() {
        assertThatThrownBy(() -> with("flare.cluster-secret = hunter2"))
                .hasMessage("flare.cluster-secret = (not shown) is not allowed: at least 32 random characters are");
        assertThatThrownBy(() -> with("flare.cluster-secret = [hunter2]"))
                .hasMessage("flare.cluster-secret = (not shown) is not allowed: a text is");
    }

    @Test
    void refusesASecretGivenTwice() {
        assertThatThrownBy(() -> with("flare { cluster-secret = " + SECRET + ", cluster-secret-file = /run/secret }"))
                .hasMessage("flare.cluster-secret-file = \"/run/secret\" is not allowed:"
                        + " it or cluster-secret, not both, is");
    }

    @Test
    void showsNoSecretAsText() {
        Settings settings = with("flare { cluster-secret = " + SECRET + ", admin.token = swordfish }");

        assertThat(settings.toString())
                .contains("roles=")
                .doesNotContain(SECRET)
                .doesNotContain("swordfish")
                .doesNotContain("java.home");
    }

    private static Settings defaults() {
        return Settings.of(ConfigFactory.defaultReference());
    }

    private static Settings with(String setting) {
        return Settings.of(ConfigFactory.parseString(setting).withFallback(ConfigFactory.defaultReference()));
    }

    private static void collectKeys(ConfigObject block, String path, Set<String> keys) {
        block.forEach((key, value) -> {
            if (value instanceof ConfigObject nested) {
                collectKeys(nested, path + key + ".", keys);
            } else {
                keys.add(path + key);
            }
        });
    }

    private static void collectComponents(Class<?> type, String path, Set<String> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.isAnnotationPresent(Inlined.class)) {
                collectComponents(component.getType(), path, keys);
            } else if (component.getType().isRecord() && component.getType() != ByteSize.class) {
                collectComponents(component.getType(), path + key + ".", keys);
            } else {
                keys.add(path + key);
            }
        }
    }
}
