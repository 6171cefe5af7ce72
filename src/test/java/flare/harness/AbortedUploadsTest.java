package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads cut off at every fraction of their body, in every manner (reliability catalogue E1), leave nothing behind. */
@Tag("long")
class AbortedUploadsTest {

    private static final int UPLOADS = Integer.getInteger("storm.aborts", 500);
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int LENGTH = 5 * CHUNK_BYTES;

    @TempDir
    Path directory;

    @Test
    void leavesTheDiskEqualToWhatIsReferenced() throws IOException {
        try (ServerProcess server = new ServerProcess("aborts", directory.resolve("data"))) {
            server.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.copies", 2)
                    .set("flare.session.renew-every", "300ms")
                    .start()
                    .awaitReady();
            ObjectClient client = new ObjectClient(() -> server.object("/"));
            Ledger ledger = new Ledger();
            SplittableRandom random = new SplittableRandom(7);
            for (int i = 0; i < UPLOADS; i++) {
                String key = "k" + i % 20;
                if (i % 10 == 0) {
                    Body body = new Body(i, LENGTH);
                    assertThat(client.put(key, body.bytes())).isEqualTo(200);
                    ledger.acknowledge(key, Optional.of(body));
                } else {
                    abort(server, key, new Body(i, LENGTH).bytes(), random.nextInt(LENGTH), i % 3);
                }
            }
            assertThat(KillStormTest.judgeAll(ledger, client)).isEmpty();
            var report = Admin.reclaim(server);
            System.out.printf("E1 aborted uploads: %d aborted, reclaim: %s%n", UPLOADS * 9 / 10, report);
            assertThat(report.path("complete").asBoolean()).isTrue();
            DiskCensus.assertExact(server);
            assertThat(KillStormTest.judgeAll(ledger, client)).isEmpty();
        }
    }

    /** @param manner 0: FIN, 1: RST, 2: half-closed and then closed */
    private static void abort(ServerProcess server, String key, byte[] body, int at, int manner) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.ports().http())) {
            OutputStream out = socket.getOutputStream();
            String head = "PUT /object/" + key + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length
                    + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(body, 0, at);
            out.flush();
            if (manner == 1) {
                socket.setSoLinger(true, 0);
            } else if (manner == 2) {
                socket.shutdownOutput();
                socket.setSoTimeout(2_000);
                drain(socket);
            }
        }
    }

    private static void drain(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // Reset or timed out: as good as closed.
        }
    }
}
