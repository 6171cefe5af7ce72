package flare.object;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.ObjectSettings.Etag;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** What an upload holds of its body is bounded by settings, not by the size of its chunks or of the object. */
class UploadMemoryTest {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int PIECE_BYTES = 16 * KIB;
    /** Well below the larger chunks and objects, so that holding one of them whole is seen. */
    private static final long HELD_LIMIT_BYTES = 768 * KIB;

    @Test
    void bytesOnTheirWayFromClientToNodeAreAsFewForLargeChunksAndObjectsAsForSmallOnes() {
        ActorSystem system = ActorSystem.create("upload-memory");
        try {
            for (int chunkBytes : new int[] {64 * KIB, MIB, 16 * MIB}) {
                for (int objectBytes : new int[] {MIB, 8 * MIB, 48 * MIB}) {
                    assertThat(mostHeld(system, chunkBytes, objectBytes))
                            .as("chunks of %d bytes, object of %d bytes", chunkBytes, objectBytes)
                            .isLessThanOrEqualTo(HELD_LIMIT_BYTES);
                }
            }
        } finally {
            system.terminate();
        }
    }

    /** The most that had been taken from the client and not yet by the node at any one time. */
    private static long mostHeld(ActorSystem system, int chunkBytes, int objectBytes) {
        try (ObjectFixture flare = new ObjectFixture(system, 1, 1, ObjectFixture.settings(Etag.FAST), chunkBytes)) {
            MemoryDataNode node = flare.node(1);
            node.forgets = true;
            AtomicLong sent = new AtomicLong();
            AtomicLong most = new AtomicLong();
            ByteString piece = ByteString.fromArray(new byte[PIECE_BYTES]);
            Source<ByteString, ?> body = Source.repeat(piece)
                    .take(objectBytes / PIECE_BYTES)
                    .map(bytes -> {
                        long held = sent.addAndGet(bytes.size()) - node.forgottenBytes.get();
                        most.accumulateAndGet(held, Math::max);
                        return bytes;
                    });
            ObjectFixture.await(flare.service.put(ObjectFixture.request(objectBytes), body));
            assertThat(node.forgottenBytes.get()).isEqualTo(objectBytes);
            return most.get();
        }
    }
}
