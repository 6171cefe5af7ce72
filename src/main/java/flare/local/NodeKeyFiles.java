package flare.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The certificates of a cluster's nodes and the authority that signs them. Java's own library can read certificates but not
 * make any; the keytool beside it can.
 */
final class NodeKeyFiles {

    private static final String AUTHORITY = "ca";
    private static final String DAYS = "3650";
    private static final long LIMIT_SECONDS = 60;

    private final ClusterDirectory directory;

    NodeKeyFiles(ClusterDirectory directory) {
        this.directory = directory;
    }

    /** Those there are stay. */
    void make(List<LocalNode> nodes) throws IOException {
        Files.createDirectories(directory.tls());
        ClusterDirectory.makeSecret(password());
        if (!Files.exists(directory.authority())) {
            Files.deleteIfExists(store());
            keytool(AUTHORITY, List.of("-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign"));
            ClusterDirectory.replacePrivate(directory.authority(), certificate(AUTHORITY));
        }
        for (LocalNode node : nodes) {
            if (!Files.exists(directory.key(node))) {
                keytool(node.name(), List.of("-signer", AUTHORITY));
                ClusterDirectory.replacePrivate(directory.certificate(node), certificate(node.name()));
                ClusterDirectory.replacePrivate(directory.key(node), key(node.name()));
            }
        }
    }

    private Path store() {
        return directory.tls().resolve("keys.p12");
    }

    private Path password() {
        return directory.tls().resolve("keys.password");
    }

    private void keytool(String alias, List<String> more) throws IOException {
        if (holds(alias)) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
        command.addAll(List.of("-alias", alias, "-dname", "CN=" + alias, "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-validity", DAYS, "-storetype", "PKCS12", "-keystore", store().toString()));
        command.addAll(List.of("-storepass:file", password().toString()));
        command.addAll(more);
        Path output = directory.tls().resolve("keytool.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new LocalClusterException("the certificate of " + alias + " could not be made: "
                        + Files.readString(output).strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted", e);
        }
    }

    private boolean holds(String alias) throws IOException {
        try {
            return Files.exists(store()) && read().containsAlias(alias);
        } catch (GeneralSecurityException e) {
            throw new IOException(store() + ": " + e.getMessage(), e);
        }
    }

    private String certificate(String alias) throws IOException {
        try {
            return pem("CERTIFICATE", read().getCertificate(alias).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(store() + ": " + e.getMessage(), e);
        }
    }

    private String key(String alias) throws IOException {
        try {
            return pem("PRIVATE KEY", read().getKey(alias, secret()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(store() + ": " + e.getMessage(), e);
        }
    }

    private KeyStore read() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            keys.load(in, secret());
        }
        return keys;
    }

    private char[] secret() {
        return directory.readSecret(password()).toCharArray();
    }

    private static String pem(String label, byte[] der) {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }
}
