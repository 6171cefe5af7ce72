package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.FlareException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Ratis' log worker reports when a write or an fsync fails (reliability catalogue A5). */
class LogFailureTest {

    @TempDir
    Path directory;

    @Test
    void stopsThePeerWhenTheLogCanNotBeSynced() {
        List<Throwable> failures = new ArrayList<>();
        MetadataStateMachine machine = new MetadataStateMachine(
                new LiveState(directory, LedgerState::open),
                new LedgerCodec(),
                new LogClock(0, Clock.systemUTC(), System::nanoTime),
                new SnapshotPace(Long.MAX_VALUE, Long.MAX_VALUE, System::nanoTime),
                new MetadataStateMachine.Host() {
                    @Override
                    public void ledBy(RaftPeerId leader) {}

                    @Override
                    public void storageReady() {}

                    @Override
                    public void snapshotDue() {}

                    @Override
                    public List<Long> voters() {
                        return List.of();
                    }

                    @Override
                    public void closed() {}

                    @Override
                    public void failed(Throwable cause) {
                        failures.add(cause);
                    }
                });
        CompletableFuture<Void> awaited = machine.applied(7);
        IOException cause = new IOException("Input/output error");

        machine.event().notifyLogFailed(cause, null);

        assertThat(failures).containsExactly(cause);
        assertThatThrownBy(() -> awaited.get(5, SECONDS)).hasCauseInstanceOf(FlareException.class);
        assertThat(machine.applied(0)).isCompletedExceptionally();
    }
}
