package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server asks of the kernel, told by strace: row 42 of the bad-input table, and the order that makes a chunk durable
 * (I8). That a missing sync loses chunks is shown with a fake in every run; here, that the real disk is asked for them.
 */
@Timeout(120)
class SystemCallsTest {

    private static final int BODY_BYTES = 16 * 1024;
    private static final List<String> TARGETS = List.of(
            "/object/../../etc/flare-was-here",
            "/object/%2e%2e%2f%2e%2e%2fetc%2fflare-was-here",
            "/object/C:%5Cflare-was-here",
            "/object/flare-was-here" + "/".repeat(300));

    /** Thread, call, arguments; what is left of a call that was interrupted by another's line is passed over. */
    private static final Pattern CALL = Pattern.compile("(\\d+) +(\\w+)\\((.*)");

    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern DESCRIPTOR = Pattern.compile("\\d+<([^>]*)>");

    @TempDir
    Path temporary;

    private record Call(String thread, String name, String arguments) {

        boolean changesNames() {
            return name.matches("creat|rename.*|mkdir.*|unlink.*|rmdir|link.*|symlink.*|truncate|mknod.*")
                    || (name.startsWith("open") && arguments.matches(".*O_(WRONLY|RDWR|CREAT|TRUNC).*"));
        }

        List<String> paths() {
            return QUOTED.matcher(arguments)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }

        /** The file synced; empty for other calls. */
        String synced() {
            Matcher file = DESCRIPTOR.matcher(arguments);
            return name.matches("fsync|fdatasync") && file.lookingAt() ? file.group(1) : "";
        }
    }

    @Test
    void row42KeepsToItsDirectoryWhateverTheKeysAndSyncsEachChunkBeforeAndAfterItsRename() throws Exception {
        Path directory = temporary.toRealPath().resolve("server");
        List<Call> calls;
        try (ServerProcess server = new ServerProcess("traced", directory)) {
            server.start().awaitReady();
            Path trace = temporary.resolve("trace");
            try (Strace strace = Strace.attach(
                    "row 42 and I8 by system calls",
                    server.pid(),
                    trace,
                    "-y",
                    "-s",
                    "4096",
                    "-e",
                    "trace=%file,fsync,fdatasync")) {
                for (String target : TARGETS) {
                    assertThat(exchange(server, "PUT", target, "x".repeat(BODY_BYTES)))
                            .as(target)
                            .startsWith("HTTP/1.1 200");
                }
                for (String target : TARGETS) {
                    assertThat(exchange(server, "GET", target, "")).as(target).endsWith("x".repeat(BODY_BYTES));
                }
                assertThat(strace.isAttached()).isTrue();
            }
            calls = read(trace);
        }
        assertThat(calls)
                .filteredOn(Call::changesNames)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.paths())
                        .isNotEmpty()
                        .allSatisfy(path -> assertThat(path).startsWith(directory + "/")));
        assertThat(calls).noneMatch(call -> call.arguments.contains("flare-was-here"));
        assertThat(syncedRenames(calls)).hasSizeGreaterThanOrEqualTo(TARGETS.size());
    }

    /** The chunks that got their names, each synced before by the thread that renamed it, and its directory next. */
    private static List<String> syncedRenames(List<Call> calls) {
        List<String> renamed = new ArrayList<>();
        for (int at = 0; at < calls.size(); at++) {
            Call call = calls.get(at);
            if (!call.name.startsWith("rename") || !call.paths().get(1).contains("/chunks/")) {
                continue;
            }
            String from = call.paths().get(0);
            String to = call.paths().get(1);
            List<String> before = syncs(call.thread, calls.subList(0, at));
            List<String> after = syncs(call.thread, calls.subList(at, calls.size()));
            assertThat(before).as("syncs before the rename to %s", to).endsWith(from);
            assertThat(after).as("syncs after the rename to %s", to).startsWith(to.substring(0, to.lastIndexOf('/')));
            renamed.add(to);
        }
        return renamed;
    }

    private static List<String> syncs(String thread, List<Call> calls) {
        return calls.stream()
                .filter(call -> call.thread.equals(thread))
                .map(Call::synced)
                .filter(file -> !file.isEmpty())
                .toList();
    }

    private static List<Call> read(Path trace) throws IOException {
        List<Call> calls = new ArrayList<>();
        for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
            Matcher call = CALL.matcher(line);
            if (call.matches()) {
                calls.add(new Call(call.group(1), call.group(2), call.group(3)));
            }
        }
        return calls;
    }

    private static String exchange(ServerProcess server, String method, String target, String body) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.ports().http())) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
