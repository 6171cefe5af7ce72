package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disks of the metadata have less room than their reserve (reliability catalogue A8): what is new is refused, deletes
 * and reads go on, and with room again so do writes, without a restart. Needs root and loop devices.
 */
@Tag("full")
class FullMetadataDiskTest {

    private static final int PEERS = 3;
    private static final int MEBIBYTES = 256;
    private static final double LEFT = 0.04;
    private static final int OBJECTS = 200;
    private static final int NO_SPACE = 507;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<LoopImage> images = new ArrayList<>();
    private final Ledger ledger = new Ledger();

    @BeforeEach
    void mount() {
        try {
            for (int i = 1; i <= PEERS; i++) {
                images.add(LoopImage.small(directory, "api-" + i, MEBIBYTES));
            }
        } catch (IOException e) {
            System.out.println("A8 full metadata disks: SKIPPED, this host gives no loop images: " + e.getMessage());
            assumeTrue(false, "this host gives no loop images: " + e.getMessage());
        }
    }

    @AfterEach
    void unmount() {
        images.forEach(LoopImage::close);
    }

    @Test
    void refusesWhatIsNewAndGoesOnDeletingAndReadingUntilThereIsRoomAgain() throws Exception {
        try (Topology topology = new Topology(directory, PEERS, 2, 2)) {
            topology.start();
            ObjectClient one = new ObjectClient(() -> topology.api(1).object("/"));
            ObjectClient other = new ObjectClient(() -> topology.api(2).object("/"));
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(put(one, i, 0)).isEqualTo(200);
            }

            List<Path> ballast = new ArrayList<>(List.of(fillToReserve(images.get(0))));
            await().atMost(LIMIT).until(() -> put(one, OBJECTS, 0) == NO_SPACE);
            assertThat(put(other, OBJECTS + 1, 0)).as("at a peer with room").isEqualTo(200);
            for (LoopImage image : images.subList(1, PEERS)) {
                ballast.add(fillToReserve(image));
            }
            await().atMost(LIMIT).until(() -> put(other, OBJECTS + 2, 0) == NO_SPACE);

            int refused = 0;
            int deleted = 0;
            for (int i = 0; i < OBJECTS; i++) {
                if (i % 2 == 0) {
                    assertThat(one.delete(key(i))).isEqualTo(204);
                    ledger.acknowledge(key(i), Optional.empty());
                    deleted++;
                } else {
                    assertThat(put(i % 4 == 1 ? one : other, i, 1)).isEqualTo(NO_SPACE);
                    refused++;
                }
            }
            topology.awaitLeader();
            assertThat(KillStormTest.judgeAll(ledger, other)).isEmpty();
            assertThat(space(topology.api(1))).contains("flare.raft.reserve");

            long began = System.nanoTime();
            for (Path file : ballast) {
                Files.delete(file);
            }
            await().atMost(LIMIT).until(() -> put(one, OBJECTS, 0) == 200 && put(other, OBJECTS + 2, 0) == 200);
            double seconds = (System.nanoTime() - began) / 1e9;
            List<String> wrong = KillStormTest.judgeAll(ledger, one);
            System.out.printf(
                    "A8 full metadata disks: %d writes refused, %d deletes done, %d lost or torn; writes again %.1f s"
                            + " after there was room%n",
                    refused, deleted, wrong.size(), seconds);
            assertThat(wrong).isEmpty();
        }
    }

    /** The status; what is acknowledged enters the ledger, and what is refused is not there. */
    private int put(ObjectClient client, int number, int version) throws IOException {
        // Half of them live in the metadata itself.
        Body body = new Body(2L * number + version, number % 2 == 0 ? 1000 : 100_000);
        int status = client.put(key(number), body.bytes());
        if (status == 200) {
            ledger.acknowledge(key(number), Optional.of(body));
        }
        return status;
    }

    private static String key(int number) {
        return "object/" + number;
    }

    private static Path fillToReserve(LoopImage image) throws IOException {
        Path ballast = image.fill("ballast");
        try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
            file.setLength(file.length() - (long) (LEFT * MEBIBYTES * (1 << 20)));
        }
        return ballast;
    }

    private static String space(ServerProcess api) throws IOException {
        for (JsonNode finding : Admin.get(api, "/admin/doctor").path("findings")) {
            if (finding.path("check").asText().equals("space")
                    && finding.toString().contains("metadata")) {
                return finding.toString();
            }
        }
        return "no finding";
    }
}
