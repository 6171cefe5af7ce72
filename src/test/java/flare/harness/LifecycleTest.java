package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.Flare;
import flare.StartFailedException;
import flare.config.Settings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start and stop: what ends cleanly, what comes back, and which directories are refused. */
class LifecycleTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final Body LARGE = new Body(1, 40 * CHUNK_BYTES);
    private static final Body SMALL = new Body(2, 100);

    @TempDir
    Path directory;

    private static Flare start(Path directory, String more) {
        return Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.chunk-size = 64KiB, flare.data.nodes = 2, flare.copies = 2, flare.shutdown-limit = 20s
                %s
                """.formatted(directory, more)));
    }

    private static ObjectClient client(Flare flare) {
        return new ObjectClient(flare::objects);
    }

    private static void assertHolds(Flare flare, String key, Body body) throws IOException {
        Optional<byte[]> found = client(flare).get(key);
        assertThat(found.isPresent() && body.is(found.get())).as(key).isTrue();
    }

    @Test
    void aStopLetsTransfersUnderWayEndRefusesNewOnesAndTheNextStartServesTheSameBytes() throws Exception {
        Flare flare = start(directory, "");
        URI objects = flare.objects();
        assertThat(client(flare).put("small", SMALL.bytes())).isEqualTo(200);
        assertThat(client(flare).put("large", LARGE.bytes())).isEqualTo(200);
        try (RawPut upload = new RawPut(objects, "late", LARGE.bytes());
                SlowGet download = new SlowGet(objects, "large")) {
            upload.sendUpTo(3 * CHUNK_BYTES);
            await().until(() ->
                    DiskCensus.chunkFiles(directory.resolve("data-1/chunks")).size() > 40);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(flare::close);
            await().until(() -> isRefused(objects));
            assertThat(stopped.isDone()).as("stopped with transfers under way").isFalse();
            assertThat(upload.finish()).isEqualTo(200);
            assertThat(LARGE.is(download.readOver(200, LARGE.length()))).isTrue();
            stopped.get(15, TimeUnit.SECONDS);
        }
        try (Flare again = start(directory, "")) {
            assertHolds(again, "small", SMALL);
            assertHolds(again, "large", LARGE);
            assertHolds(again, "late", LARGE);
            assertThat(client(again).put("small", LARGE.bytes())).isEqualTo(200);
            assertHolds(again, "small", LARGE);
        }
    }

    @Test
    void withAKeyPairItListensEverywhereButForTheLogOfAPeerThatIsAlone() throws Exception {
        int raftPort;
        try (ServerSocket free = new ServerSocket(0)) {
            raftPort = free.getLocalPort();
        }
        String open = "flare.bind = 0.0.0.0, flare.raft.port = " + raftPort
                + ", flare.s3 { root-access-key = root, root-secret-key = a-root-secret }";
        try (Flare flare = start(directory, open)) {
            URI object = URI.create("http://127.0.0.2:" + flare.objects().getPort() + "/object/key");
            HttpRequest unsigned = HttpRequest.newBuilder(object).build();
            assertThat(HttpClient.newHttpClient()
                            .send(unsigned, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(403);
            new Socket(InetAddress.getLoopbackAddress(), raftPort).close();
            InetAddress elsewhere = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
            assertThatThrownBy(() -> new Socket(elsewhere, raftPort).close()).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aTransferThatDoesNotEndIsCutAtTheShutdownLimitAndLeavesNothing() throws Exception {
        Flare flare = start(directory, "flare.shutdown-limit = 300ms");
        try (RawPut upload = new RawPut(flare.objects(), "never", LARGE.bytes())) {
            upload.sendUpTo(3 * CHUNK_BYTES);
            await().until(() ->
                    !DiskCensus.chunkFiles(directory.resolve("data-1/chunks")).isEmpty());
            CompletableFuture.runAsync(flare::close).get(15, TimeUnit.SECONDS);
        }
        try (Flare again = start(directory, "flare.session.renew-every = 100ms, flare.session.expire-after = 1s")) {
            assertThat(client(again).get("never")).isEmpty();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                Admin.reclaim(again.admin());
                return DiskCensus.chunkFiles(directory.resolve("data-1/chunks")).isEmpty()
                        && DiskCensus.chunkFiles(directory.resolve("data-2/chunks"))
                                .isEmpty();
            });
        }
    }

    @Test
    void aDirectoryInUseIsRefusedByAnotherProcessWithASentence() {
        try (Flare flare = start(directory.resolve("data"), "");
                ServerProcess second = new ServerProcess("second", directory.resolve("data"))) {
            assertThat(flare.objectPort()).isPresent();
            second.start();
            assertThat(second.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
            assertThat(second.logTail()).contains("flare: ").contains("in use by another");
            assertThat(second.logTail()).doesNotContain("\tat ");
        }
    }

    @Test
    void aDirectoryInUseIsRefusedInTheSameProcessToo() throws IOException {
        try (Flare flare = start(directory, "")) {
            assertThatThrownBy(() -> start(directory, ""))
                    .isInstanceOf(StartFailedException.class)
                    .hasMessageContaining("in use by another");
            assertThat(client(flare).put("small", SMALL.bytes())).isEqualTo(200);
            assertHolds(flare, "small", SMALL);
        }
    }

    @Test
    void aDataDirectoryOfAnotherClusterIsRefusedAndNotTouched() throws IOException {
        Path own = directory.resolve("own");
        try (Flare flare = start(own, "")) {
            assertThat(client(flare).put("large", LARGE.bytes())).isEqualTo(200);
        }
        try (Flare other = start(directory.resolve("other"), "")) {
            assertThat(other.objectPort()).isPresent();
        }
        String mixed = "flare.data.dirs = [\"%s\", \"%s\"]"
                .formatted(own.resolve("data-1"), directory.resolve("other").resolve("data-2"));
        assertThatThrownBy(() -> start(own, mixed))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("cluster");
        // Refused, and given back: it can be opened where it belongs.
        String foreign = "flare.data.dirs = [\"%s\"]".formatted(own.resolve("data-1"));
        assertThatThrownBy(() -> start(directory.resolve("other"), foreign))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("cluster");
        try (Flare flare = start(own, "")) {
            assertHolds(flare, "large", LARGE);
        }
    }

    @Test
    @Tag("long") // A server whose disks are full waits for better ones before it says that it has started.
    void onAFullDiskWritesAre507AndReadsAndDeletesGoOn() throws IOException {
        try (Flare flare = start(directory, "")) {
            assertThat(client(flare).put("large", LARGE.bytes())).isEqualTo(200);
            assertThat(client(flare).put("doomed", LARGE.bytes())).isEqualTo(200);
        }
        // All but a hundred-thousandth of the disk is to be kept free, which it is not.
        try (Flare full = start(directory, "flare.data.reserve = 0.99999")) {
            assertThat(client(full).put("more", LARGE.bytes())).isEqualTo(507);
            assertThat(client(full).get("more")).isEmpty();
            assertHolds(full, "large", LARGE);
            assertThat(client(full).delete("doomed")).isEqualTo(204);
            assertThat(client(full).get("doomed")).isEmpty();
            Admin.reclaim(full.admin());
            assertThat(DiskCensus.chunkFiles(directory.resolve("data-1/chunks")))
                    .hasSize(40);
        }
        try (Flare flare = start(directory, "")) {
            assertThat(client(flare).put("more", LARGE.bytes())).isEqualTo(200);
            assertHolds(flare, "more", LARGE);
        }
    }

    private static boolean isRefused(URI server) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
            return !socket.isConnected();
        } catch (IOException e) {
            return true;
        }
    }
}
