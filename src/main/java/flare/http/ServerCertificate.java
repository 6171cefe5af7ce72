package flare.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** A certificate chain with its key, ready to be served over TLS 1.3 and 1.2. */
final class ServerCertificate {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] APPLICATION_PROTOCOLS = {"http/1.1"};
    private static final int DNS_NAME = 2;

    private final X509Certificate leaf;
    private final SSLContext context;
    private final String[] cipherSuites;

    private ServerCertificate(X509Certificate leaf, SSLContext context) {
        this.leaf = leaf;
        this.context = context;
        this.cipherSuites = Arrays.stream(context.getDefaultSSLParameters().getCipherSuites())
                .filter(ServerCertificate::isModern)
                .toArray(String[]::new);
    }

    /** Throws {@link CertificateRefusedException}. Whether it is valid now is not asked: clients do. */
    static ServerCertificate load(Path chainFile, Path keyFile) {
        List<X509Certificate> chain = chain(PemFile.read(chainFile));
        PrivateKey key = PrivateKeyFile.read(PemFile.read(keyFile), chain.get(0).getPublicKey());
        return new ServerCertificate(chain.get(0), context(chainFile, chain, key));
    }

    static List<X509Certificate> chain(PemFile file) {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : file.all("CERTIFICATE")) {
            try {
                chain.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
            } catch (CertificateException e) {
                throw new CertificateRefusedException(
                        file.path(), "certificate " + (chain.size() + 1) + " in it is damaged: " + e.getMessage(), e);
            }
        }
        if (chain.isEmpty()) {
            throw new CertificateRefusedException(
                    file.path(), "it holds no certificate (-----BEGIN CERTIFICATE-----)", null);
        }
        return chain;
    }

    private static SSLContext context(Path chainFile, List<X509Certificate> chain, PrivateKey key) {
        char[] none = {};
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("served", key, none, chain.toArray(new Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, none);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (KeyStoreException e) {
            throw new CertificateRefusedException(
                    chainFile,
                    "its certificates are no chain: the server's own must come first, each issued by the one after it",
                    e);
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateRefusedException(chainFile, "it can't be served: " + e.getMessage(), e);
        }
    }

    /** Those with forward secrecy and authenticated encryption. */
    private static boolean isModern(String suite) {
        boolean tls13 = suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_");
        return tls13 || (suite.startsWith("TLS_ECDHE_") && (suite.contains("_GCM_") || suite.contains("_CHACHA20_")));
    }

    /** For one connection. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(cipherSuites);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
        engine.setSSLParameters(parameters);
        return engine;
    }

    Instant notBefore() {
        return leaf.getNotBefore().toInstant();
    }

    Instant notAfter() {
        return leaf.getNotAfter().toInstant();
    }

    /** Its DNS names; without any its subject. */
    List<String> names() {
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            List<String> names = alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .filter(name -> name.get(0).equals(DNS_NAME))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
            return names.isEmpty() ? List.of(leaf.getSubjectX500Principal().getName()) : names;
        } catch (CertificateParsingException e) {
            return List.of(leaf.getSubjectX500Principal().getName());
        }
    }
}
