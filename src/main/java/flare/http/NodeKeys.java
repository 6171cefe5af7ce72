package flare.http;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A node's certificate with its key, and the authority whose certificates it accepts: as read at one moment. */
record NodeKeys(X509Certificate leaf, X509ExtendedKeyManager keys, X509ExtendedTrustManager trust, SSLContext context) {

    private static final char[] NONE = {};
    /** What TLS 1.3 says of how a server's key is used: to sign. */
    private static final String TLS_13 = "UNKNOWN";

    /**
     * @param ca may hold several authorities, so that one can follow another
     * @param chain this node's certificate, behind it those that issued it below the authority
     */
    record Files(Path ca, Path chain, Path key) {}

    /** Throws {@link CertificateRefusedException} for what other nodes would refuse, too. */
    static NodeKeys load(Files files, Instant now) {
        List<X509Certificate> authorities = ServerCertificate.chain(PemFile.read(files.ca()));
        List<X509Certificate> chain = ServerCertificate.chain(PemFile.read(files.chain()));
        PrivateKey key =
                PrivateKeyFile.read(PemFile.read(files.key()), chain.get(0).getPublicKey());
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new CertificateRefusedException(
                        files.ca(),
                        "the certificate of " + authority.getSubjectX500Principal() + " in it is no authority's",
                        null);
            }
        }
        checkTime(files.chain(), chain, now);
        try {
            X509ExtendedTrustManager trust = trust(authorities);
            checkIssued(files, chain, trust);
            X509ExtendedKeyManager keys = keys(files, chain, key);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {new AnyHost(() -> trust, why -> {})}, null);
            return new NodeKeys(chain.get(0), keys, trust, context);
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateRefusedException(files.chain(), "it can't be used: " + e.getMessage(), e);
        }
    }

    private static void checkTime(Path file, List<X509Certificate> chain, Instant now) {
        for (X509Certificate certificate : chain) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant to = certificate.getNotAfter().toInstant();
            if (now.isAfter(to)) {
                throw new CertificateRefusedException(
                        file,
                        "the certificate of " + certificate.getSubjectX500Principal() + " expired on " + to,
                        null);
            }
            if (now.isBefore(from)) {
                throw new CertificateRefusedException(
                        file,
                        "the certificate of " + certificate.getSubjectX500Principal() + " is good only from " + from
                                + " on; this machine's clock says " + now,
                        null);
            }
        }
    }

    private static void checkIssued(Files files, List<X509Certificate> chain, X509ExtendedTrustManager trust) {
        X509Certificate[] certificates = chain.toArray(new X509Certificate[0]);
        try {
            trust.checkServerTrusted(certificates, TLS_13);
            trust.checkClientTrusted(certificates, TLS_13);
        } catch (CertificateException e) {
            throw new CertificateRefusedException(
                    files.chain(),
                    "other nodes would refuse the certificate of "
                            + chain.get(0).getSubjectX500Principal() + ", issued by "
                            + chain.get(0).getIssuerX500Principal() + ": " + files.ca()
                            + " must hold its authority, and its key usages, if it names any, must be those of both"
                            + " server and client: " + e.getMessage(),
                    e);
        }
    }

    private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NONE);
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("authority-" + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    private static X509ExtendedKeyManager keys(Files files, List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NONE);
            store.setKeyEntry("node", key, NONE, chain.toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NONE);
            return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        } catch (KeyStoreException e) {
            throw new CertificateRefusedException(
                    files.chain(),
                    "its certificates are no chain: the node's own must come first, each issued by the one after it",
                    e);
        }
    }
}
