package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fake forgets what was measured on ext4 and xfs: see the table at the head of the reliability rules. */
class ForgetfulDiskTest {

    private static final Path TEMPORARY = Path.of("/temporary");
    private static final Path FILE = Path.of("/file");
    private static final Path ROOT = Path.of("/");

    private final ForgetfulDisk disk = new ForgetfulDisk(new Random(1));

    private void write(boolean syncFile, boolean syncDirectory) throws IOException {
        try (Disk.DiskFile file = disk.create(TEMPORARY)) {
            ByteBuffer bytes = ByteBuffer.wrap(new byte[1000]);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            if (syncFile) {
                file.sync();
            }
        }
        disk.rename(TEMPORARY, FILE);
        if (syncDirectory) {
            disk.syncDirectory(ROOT);
        }
        disk.crash();
    }

    @Test
    void withoutAFileSyncTheFileIsEmpty() throws IOException {
        write(false, true);
        assertThat(disk.size(FILE)).isZero();
    }

    @Test
    void withoutADirectorySyncTheNameIsLost() throws IOException {
        write(true, false);
        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void withBothEverythingIsThere() throws IOException {
        write(true, true);
        assertThat(disk.size(FILE)).isEqualTo(1000);
    }

    @Test
    void nothingOpenedBeforeACrashWorksAfterIt() throws IOException {
        try (Disk.DiskFile file = disk.create(FILE)) {
            disk.crash();
            assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1))).hasMessage("opened before the crash");
        }
    }
}
