package flare.data;

import static flare.data.StoreFixture.await;
import static flare.data.StoreFixture.bytes;
import static flare.data.StoreFixture.chunk;
import static flare.data.StoreFixture.crc32c;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.PullOrder;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.net.URI;
import java.nio.file.Path;
import java.util.Random;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalDataNodeTest {

    private static final ChunkId CHUNK = chunk(1);
    private static final Path SOURCE = Path.of("/source");
    private static final Path TARGET = Path.of("/target");

    private final StoreFixture fixture = new StoreFixture();
    private final byte[] content = bytes(new Random(1), 700_000);
    private ForgetfulDisk disk;
    private LocalDataNode source;
    private LocalDataNode target;

    @BeforeEach
    void open() {
        disk = new ForgetfulDisk(new Random(2));
        Materializer materializer = Materializer.matFromSystem(fixture.system);
        source = new LocalDataNode(
                StoreFixture.open(disk, SOURCE),
                order -> {
                    throw new IllegalStateException("nothing is pulled here");
                },
                materializer);
        target = new LocalDataNode(StoreFixture.open(disk, TARGET), order -> source, materializer);
        await(StoreFixture.source(content, 10_000).runWith(source.put(CHUNK, content.length), fixture.system));
    }

    @AfterEach
    void closeNodes() {
        source.close();
        target.close();
    }

    @AfterAll
    void closeFixture() {
        fixture.close();
    }

    private PullOrder order(long length, int crc, long generation) {
        return new PullOrder(source.uuid(), URI.create("http://localhost:9000"), length, crc, generation);
    }

    @Test
    void pullsACopyAsItsGeneration() {
        CopyReceipt receipt = await(target.pull(CHUNK, order(content.length, crc32c(content), 9)));
        assertThat(receipt).isEqualTo(new CopyReceipt(content.length, crc32c(content)));
        assertThat(await(target.verify(CHUNK))).isEqualTo(receipt);
        assertThat(fixture.get(target.store(), CHUNK)).isEqualTo(content);
        assertThat(await(target.delete(CHUNK, 9))).isFalse();
        assertThat(await(target.delete(CHUNK, 10))).isTrue();
    }

    @Test
    void keepsNothingThatIsNotWhatTheRecordSays() throws Exception {
        for (PullOrder wrong : new PullOrder[] {
            order(content.length - 1, crc32c(content), 9), order(content.length, crc32c(content) + 1, 9)
        }) {
            assertKind(wrong, Kind.CHECKSUM_MISMATCH);
        }
        StoreLayout layout = new StoreLayout(SOURCE);
        byte[] file = disk.bytes(layout.file(CHUNK));
        file[600_000] ^= 1;
        disk.replace(layout.file(CHUNK), file);
        assertKind(order(content.length, crc32c(content), 9), Kind.CORRUPT);
        assertKind(order(content.length, crc32c(content), 9), Kind.NOT_FOUND);
    }

    private void assertKind(PullOrder order, Kind kind) throws Exception {
        assertThatThrownBy(() -> await(target.pull(CHUNK, order)))
                .isInstanceOfSatisfying(
                        DataNodeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThatThrownBy(() -> await(target.verify(CHUNK))).isInstanceOf(DataNodeException.class);
        assertThat(disk.names(new StoreLayout(TARGET).temporary())).isEmpty();
    }
}
