package flare.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.GroupListReply;
import org.apache.ratis.protocol.GroupListRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;

/** Questions and orders to peers beside the log's own traffic. Each blocks, up to the limit given at first. */
final class PeerRpc implements Closeable {

    private final ClientId id = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final RaftClientRpc rpc;

    PeerRpc(Duration limit, RaftTransport transport) {
        rpc = new GrpcFactory(transport.parameters()).newRaftClientRpc(id, RatisProperties.client(limit));
    }

    /** Uses this address of the peer from now on, whatever others say. */
    void reachAt(RaftPeer peer) {
        rpc.addRaftPeers(List.of(peer));
    }

    /** The groups that the process is a member of. */
    List<RaftGroupId> groups(RaftPeer peer) throws IOException {
        RaftClientReply reply =
                send(peer, new GroupListRequest(id, peer.getId(), RaftGroupId.randomId(), calls.getAndIncrement()));
        return ((GroupListReply) reply).getGroupIds();
    }

    GroupInfoReply info(RaftPeer peer, RaftGroupId group) throws IOException {
        return (GroupInfoReply) send(peer, new GroupInfoRequest(id, peer.getId(), group, calls.getAndIncrement()));
    }

    /** Returns when the new configuration is committed. */
    void setConfiguration(RaftPeer leader, RaftGroupId group, SetConfigurationRequest.Arguments arguments)
            throws IOException {
        successful(send(
                leader, new SetConfigurationRequest(id, leader.getId(), group, calls.getAndIncrement(), arguments)));
    }

    void transfer(RaftPeer leader, RaftGroupId group, RaftPeerId to, Duration limit) throws IOException {
        successful(send(
                leader,
                new TransferLeadershipRequest(
                        id, leader.getId(), group, calls.getAndIncrement(), to, limit.toMillis())));
    }

    private static void successful(RaftClientReply reply) throws IOException {
        if (!reply.isSuccess()) {
            throw new IOException(reply.getException());
        }
    }

    private RaftClientReply send(RaftPeer peer, RaftClientRequest request) throws IOException {
        rpc.addRaftPeers(List.of(peer));
        try {
            return rpc.sendRequest(request);
        } catch (IOException | RuntimeException e) {
            // The next call makes a new connection: gRPC would wait longer and longer with this one.
            rpc.handleException(peer.getId(), e, true);
            throw new IOException(peer.getId() + " at " + peer.getAddress() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        rpc.close();
    }
}
