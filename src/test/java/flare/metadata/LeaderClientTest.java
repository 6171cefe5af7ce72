package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests to a leader that takes connections and answers nothing, as one does that is cut off or stopped. */
class LeaderClientTest {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final ClientId id = ClientId.randomId();
    private ServerSocket silent;
    private RaftPeer peer;
    private LeaderClient client;

    @BeforeEach
    void open() throws IOException {
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        peer = RaftPeer.newBuilder()
                .setId("silent")
                .setAddress("127.0.0.1:" + silent.getLocalPort())
                .build();
        client = new LeaderClient(id, new RaftProperties(), RaftTransport.plain());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        silent.close();
    }

    @Test
    void oneThatAnswersNothingHoldsUpNoOtherTimeout() throws Exception {
        CompletableFuture<RaftClientReply> request = send(1);
        Duration afterIt = RatisProperties.REQUEST_TIMEOUT.plusMillis(200);
        CompletableFuture<Void> other =
                new CompletableFuture<Void>().orTimeout(afterIt.toMillis(), TimeUnit.MILLISECONDS);

        // Ratis' own timeout may come first.
        assertThatThrownBy(() -> request.get(afterIt.plus(SOON).toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("Timeout");
        assertThatThrownBy(() -> other.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void isWaitedForNoLongerOnceAnotherLeads() {
        CompletableFuture<RaftClientReply> request = send(1);

        client.ledBy(peer.getId());
        assertThat(request).isNotDone();
        client.ledBy(RaftPeerId.valueOf("another"));

        assertThatThrownBy(() -> request.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasMessageContaining("another leads the log now, and silent no more");
    }

    private CompletableFuture<RaftClientReply> send(long call) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(id)
                .setServerId(peer.getId())
                .setGroupId(RaftGroupId.randomId())
                .setCallId(call)
                .setMessage(Message.EMPTY)
                .setType(RaftClientRequest.writeRequestType())
                .build();
        return client.send(request, peer);
    }
}
