package flare.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** How far something is, on one line of a terminal that is written over. Nothing where nobody looks. */
final class ShownProgress implements LongConsumer, AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final PrintWriter out;
    private final String what;
    private final boolean shown;
    private long nextNanos = System.nanoTime() + PERIOD_NANOS;
    private boolean written;

    /** @param what is being done, as in "reading" */
    ShownProgress(PrintWriter out, String what, boolean shown) {
        this.out = out;
        this.what = what;
        this.shown = shown;
    }

    /** Whether a person sees what is written to standard error; {@code System.console()} asks about the two others. */
    static boolean onTerminal() {
        try {
            Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return file.startsWith("/dev/pts") || file.toString().startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void accept(long bytes) {
        show(() -> Text.bytes(bytes));
    }

    /** @param state asked for only when it is shown */
    void show(Supplier<String> state) {
        long now = System.nanoTime();
        if (shown && now - nextNanos >= 0) {
            nextNanos = now + PERIOD_NANOS;
            written = true;
            out.print("\r\033[K" + what + ": " + state.get());
            out.flush();
        }
    }

    /** Wipes the line. */
    @Override
    public void close() {
        if (written) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
