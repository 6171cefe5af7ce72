package flare.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Sends requests to another peer, once each. Below Ratis' own client, whose retries and ordering would stand between the
 * metadata actor's and the log.
 */
final class LeaderClient implements Closeable {

    private final RaftClientRpc rpc;
    /** By peer, then by call. */
    private final Map<RaftPeerId, Map<Long, CompletableFuture<RaftClientReply>>> underWay = new ConcurrentHashMap<>();

    private final Set<RaftPeerId> reconnecting = ConcurrentHashMap.newKeySet();

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
        Map<Long, CompletableFuture<RaftClientReply>> toPeer =
                underWay.computeIfAbsent(peer.getId(), id -> new ConcurrentHashMap<>());
        CompletableFuture<RaftClientReply> reply = rpc.sendRequestAsyncUnordered(request)
                .orTimeout(RatisProperties.REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        toPeer.put(request.getCallId(), reply);
        return reply.whenComplete((answer, failure) -> {
            toPeer.remove(request.getCallId());
            if (failure != null) {
                reconnect(peer.getId(), failure);
            }
        });
    }

    /**
     * On a thread of its own: Ratis waits up to five seconds for the old connection to end, and here that would hold up each
     * timeout of the process, or the log's own thread.
     */
    private void reconnect(RaftPeerId peer, Throwable failure) {
        if (!reconnecting.add(peer)) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        rpc.handleException(peer, failure, true);
                    } finally {
                        reconnecting.remove(peer);
                    }
                },
                "reconnect-" + peer);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Fails what is under way to others than the one that leads now: a leader that was cut off answers nothing, and all that
     * comes later would wait behind it.
     */
    void ledBy(RaftPeerId leader) {
        underWay.forEach((peer, replies) -> {
            if (!peer.equals(leader)) {
                IOException over = new IOException(leader + " leads the log now, and " + peer + " no more");
                replies.values().forEach(reply -> reply.completeExceptionally(over));
            }
        });
    }

    @Override
    public void close() throws IOException {
        rpc.close();
    }
}
