package flare.metadata;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Which member a proposal comes from: half of the id under which a process calls the leader is made from its peer id. The
 * other half is drawn at each start, for Ratis takes two calls with one id and number for the same.
 */
final class ProposerId {

    private ProposerId() {}

    /** An id to make calls with, never given twice. */
    static ClientId draw(RaftPeerId peer) {
        return ClientId.valueOf(new UUID(of(peer), UUID.randomUUID().getLeastSignificantBits()));
    }

    static long of(ClientId caller) {
        return caller.getUuid().getMostSignificantBits();
    }

    static long of(RaftPeerId peer) {
        byte[] name = peer.toString().getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).getMostSignificantBits();
    }
}
