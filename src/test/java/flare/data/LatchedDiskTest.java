package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.DataNodeException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LatchedDiskTest {

    private static final Path ROOT = Path.of("/");
    private static final Path FILE = Path.of("/file");

    private final ForgetfulDisk disk = new ForgetfulDisk(new Random(1));
    private final LatchedDisk latched = new LatchedDisk(disk, ROOT, StoreFixture.anyNumberOfReadFaults());

    @Test
    void neverAsksForASecondSyncAfterTheFirstFailed() throws IOException {
        try (Disk.DiskFile file = latched.create(FILE)) {
            file.write(ByteBuffer.wrap(new byte[1]));
            disk.failSyncs(true);
            assertRefused(file::sync, Kind.REFUSED);
            disk.failSyncs(false);
            long changes = disk.changes();
            assertRefused(file::sync, Kind.REFUSED);
            assertRefused(() -> file.write(ByteBuffer.wrap(new byte[1])), Kind.REFUSED);
            assertRefused(() -> latched.rename(FILE, Path.of("/other")), Kind.REFUSED);
            assertRefused(() -> latched.syncDirectory(ROOT), Kind.REFUSED);
            assertThat(disk.changes()).isEqualTo(changes);
            assertThat(latched.failure())
                    .hasValueSatisfying(cause -> assertThat(cause).contains("fsync /file"));
        }
    }

    @Test
    void aFullDiskIsNoFailureWhateverLanguageItSaysItIn() throws IOException {
        try (Disk.DiskFile file = latched.create(FILE)) {
            disk.setCapacity(0);
            assertRefused(() -> file.write(ByteBuffer.wrap(new byte[10])), Kind.FULL);
            disk.failSyncs(true);
            assertRefused(file::sync, Kind.FULL);
            assertThat(latched.failure()).isEmpty();
        }
    }

    @Test
    void aProcessShortOfDescriptorsOrClosingIsNoFailureOfTheDisk() {
        disk.failCreates(new FileSystemException("/file", null, "Too many open files"));
        assertRefused(() -> latched.create(FILE), Kind.REFUSED);
        disk.failCreates(new ClosedChannelException());
        assertRefused(() -> latched.create(FILE), Kind.REFUSED);
        assertThat(latched.failure()).isEmpty();
        disk.failCreates(new IOException("Input/output error"));
        assertRefused(() -> latched.create(FILE), Kind.REFUSED);
        assertThat(latched.failure()).isPresent();
    }

    private static void assertRefused(ThrowingCallable call, Kind kind) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DataNodeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
