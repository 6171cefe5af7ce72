package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole store loses power while it writes (reliability catalogue A2): every file system is shut down without
 * flushing, the process killed, everything mounted again. Needs root and loop devices.
 */
@Tag("long")
class PowerLossTest {

    private static final int CYCLES = Integer.getInteger("flare.storm.power-cycles", 5);
    private static final int CHUNK_BYTES = 256 * 1024;
    private static final int IMAGES = 4;

    @TempDir
    Path directory;

    @Test
    void losesNothingAcknowledgedWhenThePowerGoes() throws IOException {
        List<LoopImage> images = new ArrayList<>();
        try {
            for (int i = 0; i < IMAGES; i++) {
                // Half of them xfs, half ext4: they lose different things.
                images.add(LoopImage.create(directory, "disk-" + i, i % 2 == 0 ? "ext4" : "xfs"));
            }
        } catch (IOException e) {
            images.forEach(LoopImage::close);
            System.out.println("A2 power loss: SKIPPED, this host gives no loop images: " + e.getMessage());
            assumeTrue(false, "no loop images");
        }
        try {
            run(images);
        } finally {
            images.forEach(LoopImage::close);
        }
    }

    private void run(List<LoopImage> images) throws IOException {
        Ledger ledger = new Ledger();
        List<String> wrong = new ArrayList<>();
        ServerProcess server =
                new ServerProcess("power", images.get(0).mountPoint().resolve("flare"));
        server.set("flare.copies", 2).set("flare.chunk-size", CHUNK_BYTES).logTo(directory.resolve("power.log"));
        for (int i = 1; i < IMAGES; i++) {
            server.set("flare.data.dirs." + (i - 1), images.get(i).mountPoint().resolve("data"));
        }
        ObjectClient client = new ObjectClient(() -> server.object("/"));
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            server.start().awaitReady();
            wrong.addAll(KillStormTest.judgeAll(ledger, client));
            try (Writers writers = new Writers(ledger, Writers.sizesAround(CHUNK_BYTES))) {
                writers.start(6, System.nanoTime(), client);
                Sleep.millis(5_000);
                images.forEach(LoopImage::cutPower);
                server.kill();
            }
            images.forEach(LoopImage::mountAgain);
        }
        server.start().awaitReady();
        wrong.addAll(KillStormTest.judgeAll(ledger, client));
        server.stop();
        System.out.printf(
                "A2 power loss: %d cycles on ext4 and xfs, %d acknowledged, %d of unknown outcome, %d lost or torn%n",
                CYCLES, ledger.acknowledged(), ledger.unknown(), wrong.size());
        assertThat(wrong).isEmpty();
    }
}
