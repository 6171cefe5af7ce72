package flare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ClientConfigCommandTest {

    private static final String SECRET = "s3cr3t/with'odd\"signs";

    private final Map<String, String> set = new TreeMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... words) {
        CommandLine line = FlareCommand.create();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        set.forEach(System::setProperty);
        return line.execute(words);
    }

    private String printed(String... words) {
        assertThat(run(words)).as(err.toString()).isZero();
        return out.toString();
    }

    private void withRoot() {
        set.put("flare.s3.root-access-key", "root");
        set.put("flare.s3.root-secret-key", SECRET);
    }

    @AfterEach
    void forget() {
        set.keySet().forEach(System::clearProperty);
        ConfigFactory.invalidateCaches();
    }

    @ParameterizedTest
    @EnumSource(ClientTool.class)
    void namesEndpointAndKeyButNotTheSecret(ClientTool client) {
        withRoot();
        String text = printed("client-config", client.name().toLowerCase(java.util.Locale.ROOT));
        assertThat(text).contains("127.0.0.1:8000", "us-east-1".substring(0, client == ClientTool.MC ? 0 : 9), "root");
        assertThat(text).contains("SECRET-KEY").doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @EnumSource(ClientTool.class)
    void showsTheSecretIfAsked(ClientTool client) {
        withRoot();
        String text = printed("client-config", client.name(), "--show-secret");
        assertThat(text).contains("s3cr3t").doesNotContain("SECRET-KEY");
    }

    @Test
    void quotesForTheReader() {
        withRoot();
        assertThat(printed("client-config", "restic", "--show-secret"))
                .contains("export AWS_SECRET_ACCESS_KEY='s3cr3t/with'\\''odd\"signs'\n");
        assertThat(printed("client-config", "boto3", "--show-secret"))
                .contains("aws_secret_access_key=\"s3cr3t/with'odd\\\"signs\"");
    }

    @Test
    void knowsTheDomainAndHttps() {
        withRoot();
        set.put("flare.s3.domain", "s3.example.com");
        set.put("flare.http.tls.certificate", "a.crt");
        set.put("flare.http.tls.key", "a.key");
        set.put("flare.http.port", "443");
        assertThat(printed("client-config", "s3cmd"))
                .contains("host_base = s3.example.com\n")
                .contains("host_bucket = %(bucket)s.s3.example.com\n")
                .contains("use_https = True\n");
        assertThat(printed("client-config", "aws"))
                .contains("endpoint_url = https://s3.example.com\n", "addressing_style = virtual\n");
        assertThat(printed("client-config", "rclone", "--endpoint", "http://10.0.0.1:8000"))
                .contains("endpoint = http://10.0.0.1:8000\n", "force_path_style = true\n");
        assertThat(printed("client-config", "mc", "--no-virtual-host")).contains("--path on");
    }

    @Test
    void keepsClientsFromSendingAclsThatNewBucketsRefuse() {
        assertThat(printed("client-config", "rclone")).contains("acl = bucket-owner-full-control\n");
        assertThat(printed("client-config", "s3cmd")).contains("acl_public = False\n");
    }

    @Test
    void printsAPairForAServerThatAsksForNone() {
        assertThat(printed("client-config", "aws"))
                .contains("aws_access_key_id = anybody\n", "aws_secret_access_key = anybody\n")
                .doesNotContain("SECRET-KEY");
    }

    @Test
    void neverShowsTheRootsSecretForAnotherKey() {
        withRoot();
        assertThat(printed("client-config", "curl", "--access-key", "alice", "--show-secret"))
                .contains("--user alice:SECRET-KEY")
                .doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3.example.com", "ftp://x", "http://x/path", "http://", "http://x?y", "%"})
    void refusesEndpointsThatAreNone(String endpoint) {
        assertThat(run("client-config", "aws", "--endpoint", endpoint)).isEqualTo(2);
        assertThat(err.toString()).contains("--endpoint " + endpoint + " is not allowed: a URL without path");
    }

    @Test
    void refusesClientsItDoesNotKnow() {
        assertThat(run("client-config", "ftp")).isEqualTo(2);
        assertThat(err.toString()).contains("'ftp'");
    }
}
