package flare.model;

import java.net.InetAddress;

/**
 * Where a request came from, as far as it can be believed: what policies call {@code aws:SourceIp} and {@code
 * aws:SecureTransport}.
 *
 * @param secure whether the client's own connection was encrypted, to us or to a trusted proxy
 */
public record Origin(InetAddress address, boolean secure) {

    /** The address alone. */
    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
