package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeTokenTest {

    private static final ClusterSecret SECRET = ClusterSecret.of("0123456789abcdef0123456789abcdef");
    private static final UUID CLUSTER = new UUID(1, 2);
    private static final UUID NODE = new UUID(3, 4);
    private static final NodeToken.Call CALL = new NodeToken.Call("DELETE", "/chunks/ab/0?freed=7", NODE);
    private static final long NOW = 1_000_000;
    private static final Duration LIFE = Duration.ofSeconds(2);

    @Test
    void namesTheClusterItWasMadeFor() throws NodeTokenException {
        String token = NodeToken.issue(SECRET, CLUSTER, CALL, NOW + 1);
        assertThat(NodeToken.check(SECRET, token, CALL, NOW, LIFE)).isEqualTo(CLUSTER);
    }

    @Test
    void isRefusedFromItsExpiryOn() {
        String token = NodeToken.issue(SECRET, CLUSTER, CALL, NOW);
        assertThatThrownBy(() -> NodeToken.check(SECRET, token, CALL, NOW, LIFE))
                .isInstanceOf(NodeTokenException.class)
                .hasMessageContaining("expired");
    }

    /** Whoever has its maker believe in a wrong clock gets none that lives for long. */
    @Test
    void isRefusedIfItWouldLiveTooLong() throws NodeTokenException {
        String longest = NodeToken.issue(SECRET, CLUSTER, CALL, NOW + 2_000);
        assertThat(NodeToken.check(SECRET, longest, CALL, NOW, LIFE)).isEqualTo(CLUSTER);
        String longer = NodeToken.issue(SECRET, CLUSTER, CALL, NOW + 2_001);
        assertThatThrownBy(() -> NodeToken.check(SECRET, longer, CALL, NOW, LIFE))
                .isInstanceOf(NodeTokenException.class)
                .hasMessageContaining("2001 ms")
                .hasMessageContaining("2000 are the most");
    }

    @Test
    void isRefusedForAnyOtherCall() {
        String token = NodeToken.issue(SECRET, CLUSTER, CALL, NOW + 1000);
        List<NodeToken.Call> others = List.of(
                new NodeToken.Call("GET", CALL.rawTarget(), NODE),
                new NodeToken.Call("DELETE", "/chunks/ab/1?freed=7", NODE),
                new NodeToken.Call("DELETE", "/chunks/ab/0?freed=8", NODE),
                new NodeToken.Call("DELETE", "/chunks/ab/0", NODE),
                new NodeToken.Call("DELETE", CALL.rawTarget(), new UUID(3, 5)));
        for (NodeToken.Call other : others) {
            assertThatThrownBy(() -> NodeToken.check(SECRET, token, other, NOW, LIFE))
                    .isInstanceOf(NodeTokenException.class);
        }
    }

    @Test
    void isRefusedUnderAnotherSecret() {
        ClusterSecret other = ClusterSecret.of(ClusterSecret.randomText(new SecureRandom()));
        String token = NodeToken.issue(other, CLUSTER, CALL, NOW + 1000);
        assertThatThrownBy(() -> NodeToken.check(SECRET, token, CALL, NOW, LIFE))
                .isInstanceOf(NodeTokenException.class);
    }

    @Test
    void isRefusedWithAnyCharacterChanged() {
        String token = NodeToken.issue(SECRET, CLUSTER, CALL, NOW + 1000);
        long seed = 20_260_101;
        Random random = new Random(seed);
        List<String> accepted = new ArrayList<>();
        for (int at = 0; at < token.length(); at++) {
            char changed = (char) (token.charAt(at) ^ (1 << random.nextInt(7)));
            String mutant = token.substring(0, at) + changed + token.substring(at + 1);
            try {
                NodeToken.check(SECRET, mutant, CALL, NOW, LIFE);
                accepted.add(mutant);
            } catch (NodeTokenException refused) {
                assertThat(refused.getMessage()).doesNotContain(token.substring(token.length() - 43));
            }
        }
        assertThat(accepted).as("seed %d", seed).isEmpty();
    }

    @Test
    void refusesAShortSecretWithoutShowingIt() {
        assertThatThrownBy(() -> ClusterSecret.of("swordfish"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("swordfish");
    }
}
