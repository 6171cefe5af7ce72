package flare.config;

import flare.model.ByteSize;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What this process is and where it keeps things. */
public record NodeSettings(
        Set<Role> roles,
        Path dataDir,
        String bind,
        List<URI> dataNodes,
        @Secret Optional<String> clusterSecret,
        Optional<Path> clusterSecretFile,
        Duration clusterSecretReloadInterval,
        Duration shutdownLimit) {

    /** The shortest secret accepted: 128 bits as hex. */
    public static final ByteSize MIN_SECRET = new ByteSize(32);

    public enum Role {
        API,
        DATA
    }

    public NodeSettings {
        if (roles.isEmpty()) {
            throw new NotAllowedException("roles", "[]", "[api], [data] or [api, data] is");
        }
        Allowed.notBlank("data-dir", dataDir.toString(), "the path of a directory is");
        Allowed.positive("cluster-secret-reload-interval", clusterSecretReloadInterval);
        Allowed.notBlank("bind", bind, "an address of this machine, such as 127.0.0.1, is");
        for (URI url : dataNodes) {
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getHost() == null) {
                throw new NotAllowedException("data-nodes", dataNodes, "URLs such as http://10.0.0.7:9000 are");
            }
        }
        if (clusterSecret.isPresent() && clusterSecretFile.isPresent()) {
            throw new NotAllowedException(
                    "cluster-secret-file", clusterSecretFile.get(), "it or cluster-secret, not both, is");
        }
        if (clusterSecret.isPresent() && clusterSecret.get().length() < MIN_SECRET.bytes()) {
            throw new NotAllowedException(
                    "cluster-secret", "(not shown)", "at least " + MIN_SECRET.bytes() + " random characters are");
        }
    }

    public boolean isApi() {
        return roles.contains(Role.API);
    }

    public boolean isData() {
        return roles.contains(Role.DATA);
    }

    /** The secret is kept out of logs. */
    @Override
    public String toString() {
        return "NodeSettings[roles=" + roles + ", dataDir=" + dataDir + ", bind=" + bind + ", dataNodes=" + dataNodes
                + "]";
    }
}
