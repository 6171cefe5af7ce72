package flare.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The process of one node, found again by its pid file. A pid counts only while the process was started with the node's
 * configuration file: the number may long be another's.
 */
final class NodeProcess {

    /** PF_EXITING in Linux' sched.h. */
    private static final long EXITING = 4;

    private static final Duration POLL = Duration.ofMillis(50);
    private static final String OWN_VARIABLES = "FLARE_";
    private static final String COLLECTOR = "-XX:\\+Use\\w+GC";

    private final ClusterPlan plan;
    private final ClusterDirectory directory;
    private final LocalNode node;

    NodeProcess(ClusterPlan plan, ClusterDirectory directory, LocalNode node) {
        this.plan = plan;
        this.directory = directory;
        this.node = node;
    }

    /** The running process; empty if there is none. */
    Optional<ProcessHandle> running() {
        return recordedPid().flatMap(ProcessHandle::of).filter(this::isOurs);
    }

    /** In a session of its own, so that neither the end of this command nor a Ctrl-C in its terminal reaches it. */
    void start() {
        ProcessBuilder builder = new ProcessBuilder(command())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(directory.log(node).toFile()));
        // They would outweigh the node's file.
        builder.environment().keySet().removeIf(name -> name.startsWith(OWN_VARIABLES));
        try {
            Files.writeString(directory.pid(node), builder.start().pid() + "\n");
        } catch (IOException e) {
            throw new LocalClusterException(node + " can't be started: " + e.getMessage(), e);
        }
    }

    /** Whether it ended in time. */
    boolean kill(Duration limit) {
        running().ifPresent(ProcessHandle::destroyForcibly);
        return awaitEnd(limit);
    }

    void askToStop() {
        running().ifPresent(ProcessHandle::destroy);
    }

    /** Whether it ended in time; its pid file is gone then, and so are its hold on files and ports. */
    boolean awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        // A process loses its arguments, by which running() knows it, before it loses its locks and ports.
        Optional<ProcessHandle> process =
                recordedPid().flatMap(ProcessHandle::of).filter(recorded -> isOurs(recorded) || isEnding(recorded));
        while (process.filter(left -> !hasEnded(left)).isPresent()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause();
        }
        try {
            Files.deleteIfExists(directory.pid(node));
        } catch (IOException e) {
            throw ClusterDirectory.unusable(directory.pid(node), e);
        }
        return true;
    }

    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted", e);
        }
    }

    List<String> command() {
        List<String> command = new ArrayList<>();
        if (plan.network().separatesNodes()) {
            command.addAll(List.of("ip", "netns", "exec", plan.network().namespace(node)));
        }
        if (onPath("setsid")) {
            command.add("setsid");
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(mark());
        command.add("-Xmx" + plan.heapMebibytes() + "m");
        if (plan.jvmOptions().stream().noneMatch(option -> option.matches(COLLECTOR))) {
            command.add("-XX:+UseParallelGC");
        }
        command.addAll(List.of(
                "-XX:MetaspaceSize=128m",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism="
                        + Math.max(2, Runtime.getRuntime().availableProcessors())));
        command.addAll(plan.jvmOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "flare.Flare", "server"));
        return command;
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(":")).anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    /** What tells the process from all others. */
    private String mark() {
        return "-Dconfig.file=" + directory.config(node);
    }

    private Optional<Long> recordedPid() {
        try {
            return Optional.of(
                    Long.parseLong(Files.readString(directory.pid(node)).strip()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw ClusterDirectory.unusable(directory.pid(node), e);
        }
    }

    /**
     * Whether the process is gone, or waits only to be reaped by another program, which may never do it: state Z of
     * proc(5)'s stat, with no thread left that could hold a file.
     */
    private static boolean hasEnded(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        boolean reapedByUs = process.parent().equals(Optional.of(ProcessHandle.current()));
        try {
            String[] fields = stat(process);
            return !reapedByUs && fields[0].equals("Z") && Integer.parseInt(fields[17]) <= 1;
        } catch (IOException e) {
            return !process.isAlive();
        }
    }

    /** Whether it has begun to end: a flag of proc(5)'s stat, which a kernel's thread with a pid used again has not. */
    private static boolean isEnding(ProcessHandle process) {
        try {
            return (Long.parseLong(stat(process)[6]) & EXITING) != 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** From the state on: the flags are 6 fields after it, the number of threads 17. */
    private static String[] stat(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        // The name before the last bracket may itself have blanks.
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    /** One that ended and is not yet reaped has no arguments any more. */
    private boolean isOurs(ProcessHandle process) {
        Path arguments = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return Arrays.asList(Files.readString(arguments, StandardCharsets.ISO_8859_1)
                            .split("\0"))
                    .contains(new String(mark().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // No /proc on this system, or the process is gone.
            return process.isAlive()
                    && process.info()
                            .arguments()
                            .map(Stream::of)
                            .orElse(Stream.empty())
                            .anyMatch(mark()::equals);
        }
    }
}
