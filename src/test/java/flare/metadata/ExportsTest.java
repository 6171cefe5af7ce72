package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.backup.BackupHeader;
import flare.backup.BackupSource;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportsTest {

    @TempDir
    Path directory;

    private final Exports exports = new Exports();

    @Test
    void refusesASecondWhileOneIsRead() throws IOException {
        BackupSource first = exports.begin(this::backup);
        assertThat(first.next()).isPresent();

        assertThatThrownBy(() -> exports.begin(this::backup))
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SLOW_DOWN))
                .hasMessageContaining("the metadata is being exported");

        first.close();
        assertThat(exports.begin(this::backup).closed()).isFalse();
    }

    @Test
    void givesUpOneThatNobodyBeganToRead() {
        BackupSource first = exports.begin(this::backup);

        BackupSource second = exports.begin(this::backup);

        assertThat(first.closed()).isTrue();
        assertThat(second.closed()).isFalse();
    }

    @Test
    void endsTheOneThatIsReadWithTheProcess() throws IOException {
        BackupSource first = exports.begin(this::backup);
        assertThat(first.next()).isPresent();

        exports.close();

        assertThatThrownBy(first::next).isInstanceOf(IOException.class).hasMessageContaining("given up");
    }

    private BackupSource backup() {
        try {
            return new BackupSource(
                    new BackupHeader(new UUID(1, 2), 0, 1, 1, 1, Instant.EPOCH, "0"), directory, () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
