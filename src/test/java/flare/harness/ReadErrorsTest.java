package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From one moment on every read of one data node's disk fails with EIO (A7), as the kernel has it: strace answers in its
 * place. Clients that read meanwhile see nothing of it.
 */
@Tag("full")
class ReadErrorsTest {

    private static final int COPIES = 3;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int OBJECTS = 100;
    private static final int OBJECT_BYTES = 2 * CHUNK_BYTES;
    private static final Duration TELL_LIMIT = Duration.ofSeconds(10);
    private static final Duration HEAL_LIMIT = Duration.ofSeconds(60);
    private static final long READ_ON_MILLIS = 10_000;

    @TempDir
    Path directory;

    @Test
    void noReadFailsTheDiskIsToldAsFailedAndItsCopiesAreMadeElsewhere() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        try (Topology topology = new Topology(directory, 1, 4, COPIES)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .start();
            ServerProcess api = topology.api(1);
            ServerProcess node = topology.data(2);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            Map<String, Optional<Body>> fixed = new TreeMap<>();
            for (int i = 0; i < OBJECTS; i++) {
                Body body = new Body(seed + i, OBJECT_BYTES);
                assertThat(client.put("fixed/" + i, body.bytes())).isEqualTo(200);
                fixed.put("fixed/" + i, Optional.of(body));
            }
            long copies = copiesOn(api, node);
            Path trace = directory.resolve("trace");
            try (Readers readers = new Readers(client, fixed)) {
                readers.start(2, seed);
                try (Strace strace = failReads(node, trace)) {
                    long began = System.nanoTime();
                    await().atMost(TELL_LIMIT)
                            .pollInterval(Duration.ofMillis(50))
                            .until(() -> Admin.nodeOf(api, node)
                                    .path("reason")
                                    .asText()
                                    .contains("disk failed"));
                    long told = System.nanoTime();
                    Sleep.millis(READ_ON_MILLIS);
                    long left = copiesOn(api, node);
                    long asked = System.nanoTime();
                    Admin.post(
                            api,
                            "/admin/nodes/" + Admin.nodeOf(api, node).path("id").asInt() + "/lost");
                    await().atMost(HEAL_LIMIT)
                            .pollInterval(Duration.ofMillis(200))
                            .until(() -> copiesOn(api, node) == 0 && Admin.left(api, "heal") == 0);
                    long healed = System.nanoTime();
                    readers.stop();
                    assertThat(strace.isAttached()).isTrue();
                    System.out.printf(
                            "A7 read errors: seed %d, told as failed after %.1f s; %d copies, %d of them given up as reads met them,"
                                    + " the other %d made elsewhere within %.1f s of LOST; %d reads, %d failed%n",
                            seed,
                            (told - began) / 1e9,
                            copies,
                            copies - left,
                            left,
                            (healed - asked) / 1e9,
                            readers.reads(),
                            readers.failures().size());
                }
                try (Stream<String> calls = Files.lines(trace)) {
                    assertThat(calls.filter(call -> call.contains("EIO") && call.contains("(INJECTED)")))
                            .hasSizeGreaterThan(1);
                }
                assertThat(readers.failures()).as("seed %d", seed).isEmpty();
                assertFullCopies(topology, node);
            }
        }
    }

    /** Of all chunk files there are: a JVM reads its classes by this call, too. */
    private static Strace failReads(ServerProcess node, Path trace) throws IOException {
        List<String> options = new ArrayList<>(List.of("-y", "-e", "trace=pread64", "-e", "inject=pread64:error=EIO"));
        for (Path file : DiskCensus.chunkFiles(node.directory())) {
            options.addAll(List.of("-P", file.toRealPath().toString()));
        }
        return Strace.attach("A7 read errors", node.pid(), trace, options.toArray(String[]::new));
    }

    private static long copiesOn(ServerProcess api, ServerProcess node) throws IOException {
        return Admin.nodeOf(api, node).path("copies").asLong();
    }

    /** Not as the metadata says: as the disks of the others have it. */
    private static void assertFullCopies(Topology topology, ServerProcess failed) throws IOException {
        Map<String, Integer> copies = new HashMap<>();
        for (ServerProcess node : topology.datas()) {
            if (node != failed) {
                DiskCensus.copiesByChunk(node.directory())
                        .forEach((chunk, files) -> copies.merge(chunk, files.size(), Integer::sum));
            }
        }
        assertThat(copies).hasSize(OBJECTS * OBJECT_BYTES / CHUNK_BYTES);
        assertThat(List.copyOf(copies.values())).containsOnly(COPIES);
    }
}
