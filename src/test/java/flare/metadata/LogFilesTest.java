package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {

    @TempDir
    Path directory;

    @Test
    void readsTheFirstIndexFromTheNamesOfSegments() throws Exception {
        assertThat(LogFiles.firstIndex(directory.resolve("none"))).isEmpty();
        Files.createFile(directory.resolve("raft-meta"));
        assertThat(LogFiles.firstIndex(directory)).isEmpty();
        Files.createFile(directory.resolve("log_inprogress_901"));
        assertThat(LogFiles.firstIndex(directory)).hasValue(901);
        Files.createFile(directory.resolve("log_88-900"));
        assertThat(LogFiles.firstIndex(directory)).hasValue(88);
    }
}
