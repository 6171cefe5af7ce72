package flare.http;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;

/** How one port speaks TLS. */
public interface PortTls {

    /** For one new connection, of the server's side. */
    SSLEngine engine();

    /**
     * Told of a connection that ended before its handshake was done: of each, or of none where strangers may connect.
     *
     * @param why a sentence
     */
    default void refused(InetSocketAddress from, String why) {}
}
