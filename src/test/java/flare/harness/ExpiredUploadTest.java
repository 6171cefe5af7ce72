package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An API process stands still, with an upload's chunks durable and not yet committed, for longer than sessions may go
 * unseen (reliability catalogue E3). Its session ends, its chunks go, and when it wakes the upload fails cleanly.
 */
@Tag("long")
class ExpiredUploadTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int CHUNKS = 8;
    private static final int COPIES = 2;

    @TempDir
    Path directory;

    @Test
    void theUploadOfAProcessThatSleptTooLongFailsAndLeavesNothing() throws Exception {
        try (Topology topology = new Topology(directory, 3, 2, COPIES)
                .set("flare.chunk-size", CHUNK_BYTES)
                .set("flare.session.renew-every", "300ms")
                .set("flare.session.expire-after", "3s")
                .set("flare.repair.interval", "200ms")
                .set("flare.http.stall-timeout", "120s")
                .set("flare.data.stall-timeout", "120s")
                .start()) {
            ServerProcess leader = topology.awaitLeader();
            ServerProcess sleeper = topology.apis().stream()
                    .filter(api -> api != leader)
                    .findFirst()
                    .orElseThrow();
            ObjectClient others = new ObjectClient(() -> leader.object("/"));
            Body old = new Body(1, CHUNKS * CHUNK_BYTES);
            Body late = new Body(2, CHUNKS * CHUNK_BYTES);
            assertThat(others.put("key", old.bytes())).isEqualTo(200);
            long session = Admin.status(leader).path("sessions").path("live").size();
            assertThat(session).isEqualTo(3);
            int status;
            try (RawPut upload = new RawPut(sleeper.object("/"), "key", late.bytes())) {
                upload.sendUpTo(7 * CHUNK_BYTES + 1);
                await().until(() -> chunks(topology) == COPIES * (CHUNKS + 7));
                // While its session lives, nothing of it is taken.
                await().during(Duration.ofSeconds(1)).until(() -> chunks(topology) >= COPIES * (CHUNKS + 7));
                sleeper.suspend();
                try {
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> Admin.status(leader)
                                            .path("sessions")
                                            .path("live")
                                            .size()
                                    == 2);
                    Admin.reclaim(leader);
                    assertThat(chunks(topology)).isEqualTo(COPIES * CHUNKS);
                } finally {
                    sleeper.resume();
                }
                status = upload.finish();
            }
            assertThat(status).isEqualTo(503);
            System.out.printf("E3 expired upload: status %d%n", status);
            sleeper.awaitReady();
            ObjectClient again = new ObjectClient(() -> sleeper.object("/"));
            for (ObjectClient client : List.of(others, again)) {
                assertThat(client.get("key"))
                        .hasValueSatisfying(bytes -> assertThat(old.is(bytes)).isTrue());
            }
            assertThat(again.put("key", late.bytes())).isEqualTo(200);
            assertThat(others.get("key"))
                    .hasValueSatisfying(bytes -> assertThat(late.is(bytes)).isTrue());
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                Admin.reclaim(leader);
                return chunks(topology) == COPIES * CHUNKS;
            });
        }
    }

    private static long chunks(Topology topology) throws IOException {
        long chunks = 0;
        for (ServerProcess data : topology.datas()) {
            chunks += DiskCensus.chunkFiles(data.directory().resolve("data-1/chunks"))
                    .size();
        }
        return chunks;
    }
}
