package flare.harness;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** strace at a running process: tells its system calls, or fails them. */
final class Strace implements AutoCloseable {

    private static final long DETACH_SECONDS = 20;

    private final Process process;

    private Strace(Process process) {
        this.process = process;
    }

    /**
     * Returns once all threads are traced; aborts the test, loudly, where that is not to be had.
     *
     * @param test what is skipped then
     * @param trace gets the calls
     */
    static Strace attach(String test, long pid, Path trace, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", trace.toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-p", Long.toString(pid)));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return skip(test, String.valueOf(e.getMessage()));
        }
        BufferedReader words =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String word = String.valueOf(words.readLine());
        return word.contains("attached") ? new Strace(process) : skip(test, word);
    }

    private static Strace skip(String test, String reason) {
        System.out.println(test + ": SKIPPED, this host gives no strace: " + reason);
        return abort(reason);
    }

    boolean isAttached() {
        return process.isAlive();
    }

    /** Lets the process go on by itself; returns when the trace is written. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(DETACH_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("strace did not end within " + DETACH_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
