package flare.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One Flare process: started, killed, paused and started again with the same ports and directory. */
final class ServerProcess implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String name;
    private final Path directory;
    private final Map<String, String> settings = new LinkedHashMap<>();
    /** Processes that live for seconds: what the second compiler does would cost more than it gives. */
    private final List<String> jvmOptions =
            new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Ports ports;
    private Path log;
    private @Nullable Process process;

    /** @param directory its data directory; the log goes beside it */
    ServerProcess(String name, Path directory) {
        this.name = name;
        this.directory = directory;
        this.log = directory.resolveSibling(directory.getFileName() + ".log");
        this.ports = Ports.free();
        set("flare.data-dir", directory.toString());
        set("flare.http.port", ports.http());
        set("flare.admin.port", ports.admin());
        set("flare.raft.port", ports.raft());
        set("flare.data.port", ports.data());
    }

    ServerProcess set(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    ServerProcess jvm(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    ServerProcess environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    ServerProcess unset(String key) {
        settings.remove(key);
        return this;
    }

    ServerProcess start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "flare.Flare", "server"));
        try {
            Files.createDirectories(directory);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            process = builder.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServerProcess awaitReady() {
        return await("ready");
    }

    ServerProcess awaitLive() {
        return await("live");
    }

    private ServerProcess await(String health) {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!answers(health)) {
            if (!isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(name + " is not " + health + "; its log ends with:\n" + logTail());
            }
            Sleep.millis(50);
        }
        return this;
    }

    private boolean answers(String health) {
        try {
            HttpRequest request = HttpRequest.newBuilder(admin("/health/" + health))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitExit(Duration.ofSeconds(20));
        }
    }

    /** SIGTERM; returns the exit status. */
    int stop() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        process.destroy();
        return awaitExit(Duration.ofSeconds(60));
    }

    int awaitExit(Duration limit) {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(name + " did not exit within " + limit);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It stands still, its sockets stay open (SIGSTOP). */
    void suspend() throws IOException {
        signal("STOP");
    }

    void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start();
        try {
            if (kill.waitFor() != 0) {
                throw new IOException("kill -" + name + " of " + this.name + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process.pid();
    }

    /** Resident memory now and at its highest, in bytes, as Linux counts it. */
    long peakResidentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files and sockets it holds open. */
    int descriptors() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    Path directory() {
        return directory;
    }

    Ports ports() {
        return ports;
    }

    URI object(String path) {
        return URI.create("http://127.0.0.1:" + ports.http() + path);
    }

    URI admin(String path) {
        return URI.create("http://127.0.0.1:" + ports.admin() + path);
    }

    ServerProcess logTo(Path file) {
        log = file;
        return this;
    }

    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** Ports below the kernel's ephemeral range, so that no outgoing connection takes one between two starts. */
    record Ports(int http, int admin, int raft, int data) {

        private static final int FIRST = 20_000;
        private static final int LAST = 30_000;
        private static final int RUN = 8;
        private static int next = FIRST + (int) (ProcessHandle.current().pid() * 64 % (LAST - FIRST));

        static synchronized Ports free() {
            while (true) {
                int base = next;
                next = next + RUN < LAST ? next + RUN : FIRST;
                if (isFree(base)) {
                    return new Ports(base, base + 1, base + 2, base + 3);
                }
            }
        }

        private static boolean isFree(int base) {
            for (int port = base; port < base + RUN; port++) {
                try (ServerSocket socket = new ServerSocket(port)) {
                    socket.setReuseAddress(true);
                } catch (IOException e) {
                    return false;
                }
            }
            return true;
        }
    }
}
