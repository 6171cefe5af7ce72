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
        Optional<String> clusterSecret,
        Optional<Path> clusterSecretFile,
        Duration shutdownLimit) {

    /** The shortest secret accepted: 128 bits as hex. */
    public static final ByteSize MIN_SECRET = new ByteSize(32);

    public enum Role {
        API,
        DATA
    }

    public NodeSettings {
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("roles = [] is not allowed: api, data or both are");
        }
        if (clusterSecret.isPresent() && clusterSecretFile.isPresent()) {
            throw new IllegalArgumentException(
                    "cluster-secret and cluster-secret-file are both set: one of them is allowed");
        }
        if (clusterSecret.isPresent() && clusterSecret.get().length() < MIN_SECRET.bytes()) {
            throw new IllegalArgumentException(
                    "cluster-secret has " + clusterSecret.get().length() + " characters: at least " + MIN_SECRET.bytes()
                            + " random ones are allowed");
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
