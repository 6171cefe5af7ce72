package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks of data nodes run full, of objects and of what others write there, to the last byte and while the store writes
 * (reliability catalogue A8): new objects are refused whole, everything else goes on, and what is deleted gives its space
 * back. Needs root and loop devices.
 */
@Tag("full")
class FullDisksTest {

    private static final int DISKS = 3;
    private static final int MEBIBYTES = 128;
    private static final int CHUNK_BYTES = 256 * 1024;
    private static final int OBJECT_BYTES = 4 * CHUNK_BYTES + 1;
    private static final int WRITERS = 4;
    /** Of one writer, one after the other: then the disks are full. */
    private static final int REFUSALS = 5;

    private static final Set<Integer> NO_SPACE = Set.of(503, 507);
    private static final double SPACE_BACK = 0.95;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<LoopImage> images = new ArrayList<>();
    private final List<Path> ballast = new ArrayList<>();
    private final NavigableMap<String, Body> stored = new ConcurrentSkipListMap<>();
    private final Map<String, Integer> refused = new ConcurrentSkipListMap<>();

    @BeforeEach
    void mount() {
        try {
            for (int i = 1; i <= DISKS; i++) {
                images.add(LoopImage.small(directory, "data-" + i, MEBIBYTES));
            }
        } catch (IOException e) {
            System.out.println("A8 full disks: SKIPPED, this host gives no loop images: " + e.getMessage());
            assumeTrue(false, "this host gives no loop images: " + e.getMessage());
        }
    }

    @AfterEach
    void unmount() {
        images.forEach(LoopImage::close);
    }

    @Test
    void refusesNewObjectsWholeAndServesWhatItHasWhenDisksAreFull() throws Exception {
        try (Topology topology = new Topology(directory, 1, DISKS, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.health.interval", "500ms")
                    .set("flare.repair.interval", "500ms")
                    .start();
            ServerProcess api = topology.api(1);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            long before = usedBytes();

            fillWhileWriting(client);
            long full = usedBytes() - ballastBytes();
            assertThat(refused.values()).isNotEmpty().isSubsetOf(NO_SPACE);
            assertHoldsExactlyWhatWasStored(api, client);

            for (LoopImage image : images.subList(1, DISKS)) {
                ballast.add(image.fill("ballast"));
            }
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(Admin.status(api).path("nodes"))
                            .hasSize(DISKS)
                            .allSatisfy(FullDisksTest::assertFull));
            for (int i = 0; i < REFUSALS; i++) {
                put(client, "late/" + i, i);
            }
            assertThat(refused.values()).isSubsetOf(NO_SPACE);
            assertHoldsExactlyWhatWasStored(api, client);
            int objects = stored.size();
            for (String key : stored.keySet()) {
                assertThat(client.delete(key)).as("DELETE %s", key).isEqualTo(204);
            }
            stored.clear();
            assertHoldsExactlyWhatWasStored(api, client);
            assertThat(Admin.reclaim(api).path("complete").asBoolean()).isTrue();
            for (Path file : ballast) {
                Files.delete(file);
            }
            double back = (double) (full - usedBytes()) / (full - before);
            System.out.printf(
                    "A8 full disks: %d objects stored, %d refused with %s, 0 of them there; after deletes %.1f %% of the"
                            + " space back%n",
                    objects, refused.size(), new TreeSet<>(refused.values()), 100 * back);
            assertThat(back).isGreaterThanOrEqualTo(SPACE_BACK);

            await().atMost(LIMIT).until(() -> put(client, "again", 1));
            assertHoldsExactlyWhatWasStored(api, client);
            await().atMost(LIMIT).untilAsserted(() -> DiskCensus.assertExact(api, directory));
        }
    }

    /** One disk loses its last byte to another writer, the others fill up with objects. */
    private void fillWhileWriting(ObjectClient client) throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        List<Thread> writers = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Thread writer = new Thread(() -> writeUntilRefused(client, numbers), "writer-" + i);
            writer.setUncaughtExceptionHandler((thread, failure) -> {
                synchronized (failures) {
                    failures.add(failure);
                }
            });
            writer.setDaemon(true);
            writers.add(writer);
            writer.start();
        }
        await().atMost(LIMIT).until(() -> stored.size() >= 2 * WRITERS);
        ballast.add(images.get(0).fill("ballast"));
        int then = stored.size();
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(failures).isEmpty();
        assertThat(stored).as("writes go on with the disks that have room").hasSizeGreaterThan(then);
    }

    private void writeUntilRefused(ObjectClient client, AtomicInteger numbers) {
        int refusals = 0;
        while (refusals < REFUSALS) {
            int number = numbers.incrementAndGet();
            refusals = put(client, "object/" + number, number) ? 0 : refusals + 1;
        }
    }

    /** Whether it was stored; a status enters the books, and no answer at all fails the test. */
    private boolean put(ObjectClient client, String key, int seed) {
        Body body = new Body(seed, OBJECT_BYTES);
        try {
            int status = client.put(key, body.bytes());
            if (status == 200) {
                stored.put(key, body);
                return true;
            }
            refused.put(key, status);
            return false;
        } catch (IOException e) {
            throw new IllegalStateException("PUT " + key, e);
        }
    }

    private void assertHoldsExactlyWhatWasStored(ServerProcess api, ObjectClient client) throws Exception {
        for (Map.Entry<String, Body> entry : stored.entrySet()) {
            assertThat(entry.getValue().is(client.get(entry.getKey()).orElseThrow()))
                    .as(entry.getKey())
                    .isTrue();
        }
        for (String key : refused.keySet()) {
            if (!stored.containsKey(key)) {
                assertThat(client.get(key)).as(key).isEmpty();
            }
        }
        assertThat(listed(api)).isEqualTo(stored.navigableKeySet());
    }

    private NavigableSet<String> listed(ServerProcess api) throws Exception {
        URI list = api.object("/object?list-type=2");
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(list).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("<IsTruncated>false</IsTruncated>");
        NavigableSet<String> keys = new TreeSet<>();
        Matcher matcher = KEY.matcher(answer.body());
        while (matcher.find()) {
            keys.add(matcher.group(1));
        }
        return keys;
    }

    private static void assertFull(JsonNode node) {
        assertThat(node.path("state").asText()).isEqualTo("active");
        assertThat(node.path("reason").asText()).isEqualTo("full");
    }

    private long usedBytes() throws IOException {
        long bytes = 0;
        for (LoopImage image : images) {
            bytes += image.usedBytes();
        }
        return bytes;
    }

    private long ballastBytes() throws IOException {
        long bytes = 0;
        for (Path file : ballast) {
            bytes += Files.size(file);
        }
        return bytes;
    }
}
