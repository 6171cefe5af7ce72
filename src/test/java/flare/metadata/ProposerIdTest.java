package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.impl.ServerImplUtils;
import org.junit.jupiter.api.Test;

class ProposerIdTest {

    private final ProposerId.Voters voters = new ProposerId.Voters();

    private static RaftConfiguration configuration(long index, List<RaftPeer> listeners, String... voters) {
        return ServerImplUtils.newRaftConfiguration(
                Arrays.stream(voters).map(ProposerIdTest::peer).toList(), listeners, index, List.of(), List.of());
    }

    private static RaftPeer peer(String id) {
        return RaftPeer.newBuilder().setId(id).build();
    }

    private static Long[] named(String... ids) {
        return Arrays.stream(ids)
                .map(id -> ProposerId.of(RaftPeerId.valueOf(id)))
                .toArray(Long[]::new);
    }

    @Test
    void halfOfEachIdThatAPeerDrawsNamesIt() {
        RaftPeerId peer = RaftPeerId.valueOf("a");
        assertThat(ProposerId.of(ProposerId.draw(peer))).isEqualTo(ProposerId.of(peer));
        assertThat(ProposerId.draw(peer)).isNotEqualTo(ProposerId.draw(peer));
        assertThat(ProposerId.of(peer)).isNotEqualTo(ProposerId.of(RaftPeerId.valueOf("b")));
    }

    @Test
    void votersAreNamedOnceAConfiguration() {
        RaftConfiguration three = configuration(1, List.of(), "a", "b", "c");
        List<Long> first = voters.of(three);
        assertThat(first).containsExactlyInAnyOrder(named("a", "b", "c"));
        assertThat(voters.of(three)).isSameAs(first);
    }

    @Test
    void otherVotersCountFromTheNextConfigurationOnAndListenersNever() {
        voters.of(configuration(1, List.of(), "a", "b", "c"));
        assertThat(voters.of(configuration(2, List.of(peer("d")), "a", "b", "c")))
                .containsExactlyInAnyOrder(named("a", "b", "c"));
        assertThat(voters.of(configuration(3, List.of(), "a", "b", "c", "d")))
                .containsExactlyInAnyOrder(named("a", "b", "c", "d"));
        assertThat(voters.of(configuration(4, List.of(), "d"))).containsExactly(named("d"));
        assertThat(voters.of(configuration(1, List.of(), "a", "b", "c")))
                .containsExactlyInAnyOrder(named("a", "b", "c"));
    }
}
