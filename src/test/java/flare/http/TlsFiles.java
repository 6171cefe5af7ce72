package flare.http;

import flare.config.NodeTlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** The certificates of src/test/resources/tls, and a client that trusts some of them. */
public final class TlsFiles {

    private TlsFiles() {}

    public static Path path(String name) {
        return Path.of("src/test/resources/tls", name).toAbsolutePath();
    }

    /** @param names certificates trusted */
    public static SSLContext trusting(String... names) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String name : names) {
            try (InputStream in = Files.newInputStream(path(name))) {
                store.setCertificateEntry(
                        name, CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** A node's certificate, of these files. */
    public static NodeCertificate node(String ca, String chain, String key) {
        return NodeCertificate.of(
                        new NodeTlsSettings(
                                Optional.of(path(ca)),
                                Optional.of(path(chain)),
                                Optional.of(path(key)),
                                Duration.ofSeconds(1)),
                        Clock.systemUTC())
                .orElseThrow();
    }

    /** A client that trusts one authority and shows a certificate that may be another's. */
    public static SSLContext context(String ca, String chain, String key) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = ServerCertificate.chain(PemFile.read(path(chain)));
        PrivateKey privateKey =
                PrivateKeyFile.read(PemFile.read(path(key)), certificates.get(0).getPublicKey());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", privateKey, new char[0], certificates.toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        X509ExtendedKeyManager own = (X509ExtendedKeyManager) keys.getKeyManagers()[0];
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca", ServerCertificate.chain(PemFile.read(path(ca))).get(0));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new Insistent(own)}, trust.getTrustManagers(), null);
        return context;
    }

    /** What is answered to GET /health; empty: nothing. */
    public static String health(SSLContext context, int port) throws IOException {
        return answer(context, port, "http/1.1", "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    /** The first bytes that come of a server that was sent these; empty: none. */
    public static String answer(SSLContext context, int port, String protocol, String sent) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            byte[] first = new byte[64];
            int count = socket.getInputStream().read(first);
            return count < 0 ? "" : new String(first, 0, count, StandardCharsets.ISO_8859_1);
        } catch (SSLException | SocketException e) {
            return "";
        }
    }

    /** Shows its certificate also to a server that names other authorities. */
    private static final class Insistent extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager own;

        private Insistent(X509ExtendedKeyManager own) {
            this.own = own;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return own.getClientAliases(keyType, null);
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return own.chooseClientAlias(keyType, null, socket);
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return own.getServerAliases(keyType, null);
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return own.chooseServerAlias(keyType, null, socket);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return own.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.getPrivateKey(alias);
        }
    }
}
