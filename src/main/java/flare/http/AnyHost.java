package flare.http;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts whoever the authority signed, at whatever address: addresses of nodes change, and who a node is they prove above TLS
 * (docs/decisions/0022).
 */
final class AnyHost extends X509ExtendedTrustManager {

    private final Supplier<X509ExtendedTrustManager> current;
    private final Consumer<String> refused;

    /** @param refused told why a certificate is not trusted */
    AnyHost(Supplier<X509ExtendedTrustManager> current, Consumer<String> refused) {
        this.current = current;
        this.refused = refused;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            current.get().checkClientTrusted(chain, authType);
        } catch (CertificateException e) {
            refused.accept(sentence(chain, e));
            throw e;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            current.get().checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            refused.accept(sentence(chain, e));
            throw e;
        }
    }

    private static String sentence(X509Certificate[] chain, CertificateException why) {
        return chain[0].getSubjectX500Principal() + ", issued by " + chain[0].getIssuerX500Principal() + ": "
                + why.getMessage();
    }

    // The other forms would compare the host, where the connection asks for it.

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return current.get().getAcceptedIssuers();
    }
}
