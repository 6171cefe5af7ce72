package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.config.InvalidSettingException;
import flare.config.NodeTlsSettings;
import flare.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeCertificateTest {

    private Instant modified = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none.crt | node.crt | node.key | none.crt: there is no such file",
                "nodes-ca.crt | none.crt | node.key | none.crt: there is no such file",
                "nodes-ca.crt | node.crt | none.key | none.key: there is no such file",
                "nodes-ca.crt | node.crt | node-2.key | node-2.key: it is not the key of the certificate",
                "nodes-ca.crt | node-expired.crt | node-expired.key | node-expired.crt: the certificate of CN=node-expired"
                        + " expired on ",
                "nodes-ca.crt | stranger.crt | stranger.key | stranger.crt: other nodes would refuse the certificate of"
                        + " CN=stranger, issued by CN=strangers-ca: ",
                "node.crt | node.crt | node.key | node.crt: the certificate of CN=node in it is no authority's",
                "node.key | node.crt | node.key | node.key: it holds no certificate",
            })
    void refusesWhatOtherNodesWouldRefuse(String ca, String chain, String key, String sentence) {
        assertThatThrownBy(() -> load(ca, chain, key))
                .isInstanceOf(CertificateRefusedException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void takesWhatTheAuthoritySigned() {
        NodeCertificate.State state =
                load("nodes-ca.crt", "node.crt", "node.key").state();
        assertThat(state.subject()).isEqualTo("CN=node");
        assertThat(state.problem()).isEmpty();
    }

    @Test
    void usesNewFilesAndKeepsTheOldOnesWhereTheyCantBeUsed() throws IOException {
        Path ca = copy("nodes-ca.crt", "ca.crt");
        Path chain = copy("node.crt", "own.crt");
        Path key = copy("node.key", "own.key");
        NodeCertificate certificate = NodeCertificate.of(
                        new NodeTlsSettings(
                                Optional.of(ca), Optional.of(chain), Optional.of(key), Duration.ofSeconds(1)),
                        Clock.systemUTC())
                .orElseThrow();
        copy("stranger.crt", "own.crt");
        copy("stranger.key", "own.key");
        certificate.refresh();
        certificate.refresh();
        assertThat(certificate.state().subject()).isEqualTo("CN=node");
        assertThat(certificate.state().problem().orElseThrow()).contains("other nodes would refuse");
        copy("node-2.crt", "own.crt");
        copy("node-2.key", "own.key");
        certificate.refresh();
        assertThat(certificate.state().subject()).isEqualTo("CN=node");
        certificate.refresh();
        assertThat(certificate.state().subject()).isEqualTo("CN=node-2");
        assertThat(certificate.state().problem()).isEmpty();
        String alias = certificate.keys().chooseServerAlias("EC", null, null);
        assertThat(certificate.keys().getCertificateChain(alias)[0].getSubjectX500Principal())
                .hasToString("CN=node-2");
    }

    @ParameterizedTest
    @CsvSource({"ca, certificate", "certificate, ca", "key, ca"})
    void refusesSettingsThatAreNotWhole(String given, String missing) {
        assertThatThrownBy(() -> Settings.load("flare.nodes-tls." + given + " = a.pem"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("flare.nodes-tls." + missing + " = null is not allowed: with one of ca,");
    }

    @Test
    void refusesUrlsOfDataNodesThatAreNotReachedThatWay() {
        String secret = "flare.cluster-secret = \"0123456789abcdef0123456789abcdef\"\n";
        assertThatThrownBy(() -> Settings.load(secret + "flare.data-nodes = [\"https://10.0.0.7:9000\"]"))
                .hasMessageContaining("is not allowed without flare.nodes-tls: URLs with http:// are");
        String tls = "flare.nodes-tls { ca = a, certificate = b, key = c }\n";
        assertThatThrownBy(() -> Settings.load(secret + tls + "flare.data-nodes = [\"http://10.0.0.7:9000\"]"))
                .hasMessageContaining("is not allowed with flare.nodes-tls: URLs with https:// are");
        assertThat(Settings.load(secret + tls + "flare.data-nodes = [\"https://10.0.0.7:9000\"]")
                        .nodesTls()
                        .isOn())
                .isTrue();
    }

    @Test
    void trustsItsAuthorityOnlyWhateverTheHost() throws Exception {
        X509ExtendedTrustManager trust =
                load("nodes-ca.crt", "node.crt", "node.key").trust();
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("elsewhere.example", 443);
        SSLParameters comparing = engine.getSSLParameters();
        comparing.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(comparing);
        trust.checkServerTrusted(chain("node-2.crt"), "UNKNOWN", engine);
        trust.checkClientTrusted(chain("node-2.crt"), "UNKNOWN", engine);
        assertThatThrownBy(() -> trust.checkServerTrusted(chain("stranger.crt"), "UNKNOWN", engine))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkClientTrusted(chain("stranger.crt"), "UNKNOWN", engine))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkClientTrusted(chain("node-expired.crt"), "UNKNOWN", engine))
                .isInstanceOf(CertificateException.class);
    }

    private static X509Certificate[] chain(String name) {
        return ServerCertificate.chain(PemFile.read(TlsFiles.path(name))).toArray(new X509Certificate[0]);
    }

    private static NodeCertificate load(String ca, String chain, String key) {
        return TlsFiles.node(ca, chain, key);
    }

    private Path copy(String from, String to) throws IOException {
        Path file = Files.copy(TlsFiles.path(from), dir.resolve(to), StandardCopyOption.REPLACE_EXISTING);
        modified = modified.plusSeconds(1);
        Files.setLastModifiedTime(file, FileTime.from(modified));
        return file;
    }
}
