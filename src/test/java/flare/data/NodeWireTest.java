package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.DataNode.DiskState;
import flare.data.DataNode.NodeHealth;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON that a data node answers with, and what another may answer instead (N10, from the reader's side). */
class NodeWireTest {

    private static final NodeHealth HEALTH = new NodeHealth(
            new UUID(1, 2),
            Optional.of(new UUID(3, 4)),
            5,
            new UUID(5, 6),
            6_000_000_000_000L,
            7,
            DiskState.FAILED,
            8,
            9,
            10,
            11,
            "v");

    @Test
    void readsWhatItWroteAndPassesOverANewerNodesFields() {
        String json = NodeWire.health(HEALTH);
        assertThat(NodeWire.health(json)).isEqualTo(HEALTH);
        assertThat(NodeWire.health(json.replace("\"disk\"", "\"mood\":[1,{}],\"disk\"")))
                .isEqualTo(HEALTH);
        NodeHealth older = NodeWire.health(json.replaceAll(",\"reserveBytes.*}", "}"));
        assertThat(older.setAside()).isEqualTo(9);
        assertThat(older.reserveBytes()).isEqualTo(-1);
        assertThat(older.trashBytes()).isEqualTo(-1);
        assertThat(older.volume()).isEmpty();
        List<ChunkId> chunks = List.of(new ChunkId(new BlobId(1, 2), 3), new ChunkId(new BlobId(4, 5), 0));
        assertThat(NodeWire.inventory(NodeWire.inventory(chunks))).isEqualTo(chunks);
        assertThat(NodeWire.inventory("{\"chunks\":[]}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "nonsense",
                "NaN",
                "{}",
                "{\"chunks\":{}}",
                "{\"chunks\":null}",
                "{\"chunk\":[]}",
                "{\"chunks\":[\"x\"]}",
                "{\"chunks\":[\"00000000000000010000000000000002/3/4\"]}",
                "{\"chunks\":[\"00000000000000010000000000000002/1e400\"]}",
                "{\"chunks\":[{}]}",
                "{\"chunks\":[],\"chunks\":[]}"
            })
    void neverTakesWhatIsNoInventoryForAnEmptyOne(String answer) {
        assertThatThrownBy(() -> NodeWire.inventory(answer)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "1e400", "-", "\"5\"", "null", "9223372036854775808", "5,\"incarnation\":5", "{}"})
    void refusesAHealthWhoseFiguresAreNone(String figure) {
        String json = NodeWire.health(HEALTH).replace("\"incarnation\":5", "\"incarnation\":" + figure);
        assertThatThrownBy(() -> NodeWire.health(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnAnswerNestedWithoutEnd() {
        for (String nested : List.of("[".repeat(100_000), "{\"a\":".repeat(100_000))) {
            assertThatThrownBy(() -> NodeWire.health(nested)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> NodeWire.inventory(nested)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
