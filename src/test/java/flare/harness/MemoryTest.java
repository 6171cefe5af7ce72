package flare.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory is bounded by settings, not by what clients do (reliability catalogue F4). */
@Tag("long")
class MemoryTest {

    private static final int MIB = 1024 * 1024;
    private static final int OBJECT_BYTES = Integer.getInteger("storm.transfer-mebibytes", 64) * MIB;
    private static final int CLIENTS = 200;
    private static final int COPIED_CLIENTS = 50;
    private static final long RESIDENT_LIMIT = 1_100L * MIB;

    @TempDir
    Path directory;

    @Test
    void twoHundredUploadsAndDownloadsAtOnceFitIntoHalfAGibibyteOfHeap() throws Exception {
        try (ServerProcess server = new ServerProcess("memory", directory.resolve("data")).jvm("-Xmx512m")) {
            server.set("flare.etag", "fast").start().awaitReady();
            AtomicLong moved = new AtomicLong();
            assertThat(all(CLIENTS, i -> upload(server, i, moved))).isEmpty();
            assertThat(all(CLIENTS, i -> download(server, i, moved))).isEmpty();
            long resident = server.peakResidentBytes();
            System.out.printf(
                    "F4 memory: %d uploads, then %d downloads at once of %d MiB each, heap 512 MiB: peak resident %d MiB%n",
                    CLIENTS, CLIENTS, OBJECT_BYTES / MIB, resident / MIB);
            assertThat(resident).isLessThanOrEqualTo(RESIDENT_LIMIT);
        }
    }

    @Test
    void fiftyUploadsOfThreeCopiesWithOneThrottledFitToo() throws Exception {
        try (Topology topology = new Topology(directory, 1, 3, 3);
                TcpProxy slow = new TcpProxy(topology.data(3).ports().data())) {
            slow.toTarget().throttle(MIB);
            ServerProcess api = topology.api(1);
            api.jvm("-Xmx512m").set("flare.etag", "fast").set("flare.data-nodes.2", slow.url());
            topology.start();
            AtomicLong moved = new AtomicLong();
            assertThat(all(COPIED_CLIENTS, i -> upload(api, i, moved))).isEmpty();
            long resident = api.peakResidentBytes();
            System.out.printf(
                    "F4 memory: %d uploads at once of %d MiB in 3 copies, one throttled, heap 512 MiB: peak resident %d MiB%n",
                    COPIED_CLIENTS, OBJECT_BYTES / MIB, resident / MIB);
            assertThat(resident).isLessThanOrEqualTo(RESIDENT_LIMIT);
            assertThat(all(COPIED_CLIENTS, i -> download(api, i, moved))).isEmpty();
        }
    }

    private interface Transfer {
        void run(int number) throws IOException;
    }

    /** What went wrong. */
    private static List<String> all(int count, Transfer transfer) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    transfer.run(number);
                    return null;
                }));
            }
            List<String> failures = new ArrayList<>();
            for (Future<?> one : running) {
                try {
                    one.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    failures.add(String.valueOf(e.getCause()));
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void upload(ServerProcess server, int number, AtomicLong moved) throws IOException {
        HttpURLConnection connection = connection(server, number);
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(OBJECT_BYTES);
        byte[] piece = piece(number);
        try (var out = connection.getOutputStream()) {
            for (int sent = 0; sent < OBJECT_BYTES; sent += piece.length) {
                out.write(piece);
                moved.addAndGet(piece.length);
            }
        }
        if (connection.getResponseCode() != 200) {
            String said = new String(connection.getErrorStream().readAllBytes(), UTF_8);
            throw new IOException("PUT " + number + ": " + connection.getResponseCode() + " " + said);
        }
    }

    private static void download(ServerProcess server, int number, AtomicLong moved) throws IOException {
        byte[] piece = piece(number);
        try (InputStream in = connection(server, number).getInputStream()) {
            for (int seen = 0; seen < OBJECT_BYTES; seen += piece.length) {
                byte[] read = in.readNBytes(piece.length);
                if (!java.util.Arrays.equals(read, piece)) {
                    throw new IOException("GET " + number + ": other bytes at " + seen);
                }
                moved.addAndGet(piece.length);
            }
        }
    }

    private static HttpURLConnection connection(ServerProcess server, int number) throws IOException {
        return (HttpURLConnection)
                server.object("/object/memory-" + number).toURL().openConnection();
    }

    private static byte[] piece(int number) {
        byte[] piece = new byte[MIB];
        new SplittableRandom(number).nextBytes(piece);
        return piece;
    }
}
