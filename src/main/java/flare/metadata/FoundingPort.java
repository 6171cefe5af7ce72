package flare.metadata;

import flare.metadata.FoundingRule.Stage;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.impl.ClientProtoUtils;
import org.apache.ratis.proto.RaftProtos.GroupListReplyProto;
import org.apache.ratis.proto.RaftProtos.GroupListRequestProto;
import org.apache.ratis.proto.grpc.AdminProtocolServiceGrpc.AdminProtocolServiceImplBase;
import org.apache.ratis.protocol.GroupListReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/**
 * Answers on the Raft port while there is no peer: asked as one is for its groups, it tells how far this founder is by the id
 * of a group that is none.
 */
final class FoundingPort implements Closeable {

    private static final long END_LIMIT_SECONDS = 5;

    private final Server server;
    private final UUID group;
    private final String peer;
    private volatile Stage stage;

    private FoundingPort(InetSocketAddress address, UUID group, String peer, Stage stage, RaftTransport transport)
            throws IOException {
        this.group = group;
        this.peer = peer;
        this.stage = stage;
        this.server = transport
                .secured(NettyServerBuilder.forAddress(address))
                .addService(new Answers())
                .build();
    }

    /** Throws {@link IOException} if the port can't be had. */
    static FoundingPort open(InetSocketAddress address, UUID group, String peer, Stage stage, RaftTransport transport)
            throws IOException {
        FoundingPort port = new FoundingPort(address, group, peer, stage, transport);
        port.server.start();
        return port;
    }

    /** The id by which that founder of the group shows its stage; of one that has the group the group's own. */
    static RaftGroupId shown(UUID group, String peer, Stage stage) {
        String text = "flare founding\n" + stage + "\n" + group + "\n" + peer;
        return RaftGroupId.valueOf(
                stage == Stage.HAS ? group : UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** What is true on disk already. */
    void show(Stage now) {
        stage = now;
    }

    @Override
    public void close() throws IOException {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("port " + server.getPort() + " was not given back");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private final class Answers extends AdminProtocolServiceImplBase {
        @Override
        public void groupList(GroupListRequestProto request, StreamObserver<GroupListReplyProto> answer) {
            GroupListReply reply = new GroupListReply(
                    ClientProtoUtils.toGroupListRequest(request), List.of(shown(group, peer, stage)));
            answer.onNext(ClientProtoUtils.toGroupListReplyProto(reply));
            answer.onCompleted();
        }
    }
}
