package flare.metadata;

import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/** How peers of the metadata log reach each other: plainly, or over TLS with certificates on both sides. */
public final class RaftTransport {

    private final Optional<GrpcTlsConfig> tls;

    private RaftTransport(Optional<GrpcTlsConfig> tls) {
        this.tls = tls;
    }

    public static RaftTransport plain() {
        return new RaftTransport(Optional.empty());
    }

    /**
     * @param keys asked anew for each connection
     * @param trust of either side; whether the host is to be compared is its matter
     */
    public static RaftTransport secured(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {
        return new RaftTransport(Optional.of(new GrpcTlsConfig(keys, trust, true)));
    }

    boolean isSecured() {
        return tls.isPresent();
    }

    /** For a server of Ratis, or a client. */
    Parameters parameters() {
        Parameters parameters = new Parameters();
        tls.ifPresent(config -> GrpcConfigKeys.TLS.setConf(parameters, config));
        return parameters;
    }

    NettyServerBuilder secured(NettyServerBuilder server) throws IOException {
        if (tls.isPresent()) {
            server.sslContext(GrpcUtil.buildSslContextForServer(tls.get()));
        }
        return server;
    }
}
