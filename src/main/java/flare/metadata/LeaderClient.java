package flare.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;

/**
 * Sends requests to another peer, once each. Below Ratis' own client, whose retries and ordering would stand between the
 * metadata actor's and the log.
 */
final class LeaderClient implements Closeable {

    private final RaftClientRpc rpc;

    LeaderClient(ClientId id, RaftProperties properties, RaftTransport transport) {
        rpc = new GrpcFactory(transport.parameters()).newRaftClientRpc(id, properties);
    }

    /**
     * Fails after the request timeout; the request may have taken effect all the same.
     *
     * @param peer whom the request is for: members come and go
     */
    CompletableFuture<RaftClientReply> send(RaftClientRequest request, RaftPeer peer) {
        rpc.addRaftPeers(List.of(peer));
        return rpc.sendRequestAsyncUnordered(request)
                .orTimeout(RatisProperties.REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        rpc.handleException(request.getServerId(), failure, true);
                    }
                });
    }

    @Override
    public void close() throws IOException {
        rpc.close();
    }
}
