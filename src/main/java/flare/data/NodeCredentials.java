package flare.data;

import flare.http.ClusterSecret;
import flare.http.NodeToken;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * In whose name this process calls data nodes.
 *
 * @param cluster asked for each call: a data node learns its cluster only after its start
 * @param tokenTtl life of a token
 * @param clock of this process; a steady one, or calls are refused when it is set
 */
public record NodeCredentials(ClusterSecret secret, Supplier<UUID> cluster, Duration tokenTtl, Clock clock) {

    /** @param offsetMillis the called node's steady clock minus this process's */
    String token(NodeToken.Call call, long offsetMillis) {
        return NodeToken.issue(secret, cluster.get(), call, clock.millis() + offsetMillis + tokenTtl.toMillis());
    }
}
