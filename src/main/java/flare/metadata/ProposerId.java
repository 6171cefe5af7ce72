package flare.metadata;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.jspecify.annotations.Nullable;

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

    /** The voters of a group. Each proposal asks for them, and a name is a hash: they are named once a configuration. */
    static final class Voters {

        private volatile @Nullable Named last;

        private record Named(RaftConfiguration configuration, List<Long> members) {}

        /** @param configuration never changed: Ratis makes another when members do */
        List<Long> of(RaftConfiguration configuration) {
            Named known = last;
            if (known == null || !known.configuration.equals(configuration)) {
                known = new Named(
                        configuration,
                        configuration.getCurrentPeers().stream()
                                .map(peer -> ProposerId.of(peer.getId()))
                                .toList());
                last = known;
            }
            return known.members;
        }
    }
}
