package flare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    private Path root;

    @Test
    void isMadeWithAllThatIsMissingAboveIt() {
        Path deep = root.resolve("flare-data/several/data-1");
        DataDirectory.create(deep);
        DataDirectory.create(deep);
        assertThat(deep).isDirectory();
    }

    @Test
    void aFileInItsPlaceIsRefusedWithASentence() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        assertThatThrownBy(() -> DataDirectory.create(file.resolve("data")))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("flare.data-dir = " + file.resolve("data") + " can't be created");
    }
}
