package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers on one machine, told apart by environment variables alone. */
@Tag("long")
class SeveralServersTest {

    private static final Body BODY = new Body(1, 100_000);

    @TempDir
    Path directory;

    @Test
    void twoServersRunSideBySideAndASigtermEndsThemWithSuccess() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            ServerProcess.Ports one = ServerProcess.Ports.free();
            ServerProcess.Ports two = ServerProcess.Ports.free();
            processes.add(start("one", one));
            processes.add(start("two", two));
            ObjectClient first = client(one);
            ObjectClient second = client(two);
            Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> first.put("key", BODY.bytes()) == 200
                            && second.get("key").isEmpty());
            assertThat(first.get("key"))
                    .hasValueSatisfying(bytes -> assertThat(BODY.is(bytes)).isTrue());
            assertThat(Files.readString(directory.resolve("two.log"))).contains("\"formattedMessage\"");
            for (Process process : processes) {
                process.destroy();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static ObjectClient client(ServerProcess.Ports ports) {
        return new ObjectClient(() -> URI.create("http://127.0.0.1:" + ports.http()));
    }

    private Process start(String name, ServerProcess.Ports ports) throws IOException {
        File log = directory.resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "flare.Flare",
                        "server")
                .redirectErrorStream(true)
                .redirectOutput(log);
        builder.environment()
                .putAll(Map.of(
                        "FLARE_DATA_DIR",
                        directory.resolve(name).toString(),
                        "FLARE_PORT",
                        "" + ports.http(),
                        "FLARE_ADMIN_PORT",
                        "" + ports.admin(),
                        "FLARE_RAFT_PORT",
                        "" + ports.raft(),
                        "FLARE_DATA_PORT",
                        "" + ports.data(),
                        "FLARE_BIND",
                        "127.0.0.1",
                        "FLARE_LOG_FORMAT",
                        "json",
                        "FLARE_CLUSTER_SECRET",
                        "0123456789abcdef0123456789abcdef"));
        return builder.start();
    }
}
