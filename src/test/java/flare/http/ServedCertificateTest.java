package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedCertificateTest {

    @TempDir
    private Path dir;

    private Instant modified = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "ec.crt, ec.key",
        "ec.crt, ec-sec1.key",
        "rsa.crt, rsa.key",
        "rsa.crt, rsa-pkcs1.key",
        "ed25519.crt, ed25519.key",
        "chain.crt, chain.key",
        "expired.crt, ec.key"
    })
    void takesKeysInEachFormThatToolsWrite(String chain, String key) {
        ServerCertificate certificate = ServerCertificate.load(TlsFiles.path(chain), TlsFiles.path(key));
        assertThat(certificate.names()).containsExactly("localhost", "*.s3.example");
        assertThat(certificate.engine().getEnabledProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(certificate.engine().getEnabledCipherSuites())
                .isNotEmpty()
                .noneMatch(suite -> suite.contains("_CBC_") || suite.startsWith("TLS_RSA_"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ec.crt | rsa.key | rsa.key: it is not the key of the certificate, which is one of EC, or damaged",
                "ec.crt | chain.key | chain.key: it is not the key of the certificate",
                "ec.crt | rsa-pkcs1.key | rsa-pkcs1.key: it is not the key of the certificate, which is one of EC, or damaged",
                "ec.crt | ec.crt | ec.crt: it holds no private key (-----BEGIN PRIVATE KEY-----, or RSA PRIVATE KEY, or EC"
                        + " PRIVATE KEY)",
                "ec.key | ec.key | ec.key: it holds no certificate (-----BEGIN CERTIFICATE-----)",
                "ec.crt | encrypted.key | encrypted.key: the key is encrypted: 'openssl pkey -in FILE -out OTHER' decrypts it",
                "none.crt | ec.key | none.crt: there is no such file",
                "ec.crt | none.key | none.key: there is no such file",
                "make.sh | ec.key | make.sh: it holds nothing in PEM (-----BEGIN …-----); DER and PKCS#12 files must be"
                        + " converted",
                "backwards.crt | ec.key | backwards.crt: its certificates are no chain: the server's own must come first, each"
                        + " issued by the one after it",
            })
    void refusesInASentenceThatNamesTheFile(String chain, String key, String sentence) {
        assertThatThrownBy(() -> ServerCertificate.load(TlsFiles.path(chain), TlsFiles.path(key)))
                .isInstanceOf(CertificateRefusedException.class)
                .hasMessageEndingWith("/" + sentence);
    }

    @Test
    void refusesADamagedCertificate() throws IOException {
        String text = Files.readString(TlsFiles.path("ec.crt"));
        int middle = text.length() / 2;
        Path damaged =
                Files.writeString(dir.resolve("damaged.crt"), text.substring(0, middle) + text.substring(middle + 65));
        assertThatThrownBy(() -> ServerCertificate.load(damaged, TlsFiles.path("ec.key")))
                .hasMessageStartingWith(damaged + ": certificate 1 in it is damaged: ");
        Path noBase64 = Files.writeString(
                dir.resolve("odd.crt"), "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> ServerCertificate.load(noBase64, TlsFiles.path("ec.key")))
                .hasMessageStartingWith(noBase64 + ": ");
    }

    /** As tools replace files: under another name first. Their times are ours, so that no clock's grain matters. */
    private void put(String source, String target) throws IOException {
        Path temporary = Files.copy(TlsFiles.path(source), dir.resolve("temporary"));
        modified = modified.plusSeconds(1);
        Files.setLastModifiedTime(temporary, FileTime.from(modified));
        Files.move(temporary, dir.resolve(target), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private ServedCertificate served() throws IOException {
        put("ec.crt", "tls.crt");
        put("ec.key", "tls.key");
        return new ServedCertificate(dir.resolve("tls.crt"), dir.resolve("tls.key"), Clock.systemUTC());
    }

    @Test
    void servesNewFilesOnceBothAreThere() throws IOException {
        ServedCertificate served = served();
        Instant before = served.state().notAfter();
        served.refresh();
        put("rsa.crt", "tls.crt");
        served.refresh();
        put("rsa.key", "tls.key");
        served.refresh();
        assertThat(served.state().notAfter()).isEqualTo(before);
        served.refresh();
        assertThat(served.state().notAfter())
                .isEqualTo(ServerCertificate.load(TlsFiles.path("rsa.crt"), TlsFiles.path("rsa.key"))
                        .notAfter());
        assertThat(served.state().problem()).isEmpty();
    }

    @Test
    void servesTheOldOneWhileTheNewFilesCantBe() throws IOException {
        ServedCertificate served = served();
        Instant before = served.state().notAfter();
        put("rsa.key", "tls.key");
        served.refresh();
        served.refresh();
        assertThat(served.state().problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains("tls.key: it is not the key of the certificate"));
        assertThat(served.state().notAfter()).isEqualTo(before);
        Files.delete(dir.resolve("tls.crt"));
        served.refresh();
        served.refresh();
        assertThat(served.state().problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("tls.crt: there is no such file"));
        put("rsa.crt", "tls.crt");
        served.refresh();
        served.refresh();
        assertThat(served.state().problem()).isEmpty();
    }
}
