package flare.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** What may be bound beyond loopback, and what processes of one cluster must share. */
final class Exposure {

    private Exposure() {}

    static void check(NodeSettings node, S3Settings s3, RaftSettings raft) {
        if (node.isApi() && !s3.hasCredentials() && !isLoopback(node.bind())) {
            throw new InvalidSettingException(
                    "flare.bind = \"" + node.bind() + "\" is not allowed: without credentials everybody may do"
                            + " everything on the object port, so an address of loopback, such as 127.0.0.1, is;"
                            + " credentials are FLARE_ROOT_ACCESS_KEY and FLARE_ROOT_SECRET_KEY");
        }
        if (needsSecret(node, raft)
                && node.clusterSecret().isEmpty()
                && node.clusterSecretFile().isEmpty()) {
            throw new InvalidSettingException(
                    "flare.cluster-secret is not set: a cluster of more than one process needs"
                            + " it, or flare.cluster-secret-file, the same in each");
        }
    }

    /** A node that is called in the other way would never answer. */
    static void checkUrls(NodeSettings node, NodeTlsSettings tls) {
        for (URI url : node.dataNodes()) {
            if (!tls.scheme().equals(url.getScheme())) {
                throw new InvalidSettingException("flare.data-nodes = " + node.dataNodes() + " is not allowed "
                        + (tls.isOn() ? "with" : "without") + " flare.nodes-tls: URLs with " + tls.scheme()
                        + ":// are");
            }
        }
    }

    private static boolean needsSecret(NodeSettings node, RaftSettings raft) {
        return !node.isApi()
                || !node.isData()
                || !node.dataNodes().isEmpty()
                || raft.join()
                || raft.peers().size() > 1;
    }

    private static boolean isLoopback(String bind) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new InvalidSettingException(
                    "flare.bind = \"" + bind + "\" is not allowed: an address of this machine, such as 127.0.0.1, is");
        }
    }
}
