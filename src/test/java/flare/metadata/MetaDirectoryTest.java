package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.MetaDirectory.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetaDirectoryTest {

    private static final UUID GROUP = UUID.fromString("00000000-0000-0000-0000-00000000000a");

    @TempDir
    Path root;

    @Test
    void aPeerThatJoinedHasItsNameWithARandomEndAndNoOtherName() throws Exception {
        Identity joined = new Identity("api-0a1b2c3d", GROUP);
        initialise(joined);

        try (MetaDirectory directory = MetaDirectory.open(root)) {
            assertThat(directory.identity("api")).contains(joined);
            assertThat(directory.identity("api-0a1b2c3d")).contains(joined);
            assertThatThrownBy(() -> directory.identity("ap"))
                    .hasMessageContaining("belongs to peer api-0a1b2c3d, but this process is peer ap");
        }
    }

    @Test
    void aFounderWhoseNameBeginsAsAnotherIsNotThatOne() throws Exception {
        initialise(new Identity("api-1-east", GROUP));

        try (MetaDirectory directory = MetaDirectory.open(root)) {
            assertThatThrownBy(() -> directory.identity("api-1"))
                    .hasMessageContaining("belongs to peer api-1-east, but this process is peer api-1");
        }
    }

    @Test
    void saysHowAPeerWithoutItsLogComesBack() throws Exception {
        Identity identity = new Identity("a", GROUP);
        initialise(identity);
        DurableFiles.deleteTree(root.resolve("raft"));

        try (MetaDirectory directory = MetaDirectory.open(root)) {
            assertThatThrownBy(() -> directory.identity("a"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("its votes and its log are lost")
                    .hasMessageContaining("'flare raft add NEW --replace a'")
                    .hasMessageContaining("a new flare.raft.peer");
        }
    }

    @Test
    void theMarkOfAFounderEndsWithItsIdentity() throws Exception {
        Identity identity = new Identity("a", GROUP);
        try (MetaDirectory directory = MetaDirectory.open(root)) {
            directory.markFounding(identity);
            assertThat(directory.founding(identity)).isTrue();
            assertThat(directory.identity("a")).isEqualTo(Optional.empty());
        }
        initialise(identity);
        try (MetaDirectory directory = MetaDirectory.open(root)) {
            assertThat(directory.founding(identity)).isFalse();
            // Left by a crash between the two.
            directory.markFounding(identity);
            assertThat(directory.identity("a")).contains(identity);
            assertThat(directory.founding(identity)).isFalse();
        }
    }

    private void initialise(Identity identity) throws IOException {
        try (MetaDirectory directory = MetaDirectory.open(root)) {
            Path current = root.resolve("raft").resolve(GROUP.toString()).resolve("current");
            Files.createDirectories(current);
            Files.createFile(current.resolve("raft-meta"));
            directory.initialised(identity);
        }
    }
}
