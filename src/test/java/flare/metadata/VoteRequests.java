package flare.metadata;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;

/** Asks a peer for its vote over the wire, as candidates do whose log is longer than any. */
final class VoteRequests implements AutoCloseable {

    private static final long LIMIT_SECONDS = 10;
    private static final long LONG_LOG = 1L << 40;

    private final String voter;
    private final RaftGroupIdProto group;
    private final ManagedChannel channel;
    private long calls;

    VoteRequests(String voter, int port, UUID group) {
        this.voter = voter;
        this.group = RaftGroupIdProto.newBuilder()
                .setId(RaftGroupId.valueOf(group).toByteString())
                .build();
        this.channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /** Returns when it answers to what changes nothing: whether it would vote. */
    void awaitVoter() {
        await().atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .untilAsserted(() -> ask(voter, 0, true));
    }

    boolean isGranted(String candidate, long term) {
        return ask(candidate, term, false);
    }

    private boolean ask(String candidate, long term, boolean preVote) {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8(candidate))
                        .setReplyId(ByteString.copyFromUtf8(voter))
                        .setRaftGroupId(group)
                        .setCallId(calls++))
                .setCandidateTerm(term)
                .setCandidateLastEntry(TermIndexProto.newBuilder().setTerm(term).setIndex(LONG_LOG))
                .setPreVote(preVote)
                .build();
        return RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
                .requestVote(request)
                .getServerReply()
                .getSuccess();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
