package flare.data;

import static org.assertj.core.api.Assertions.assertThat;

import flare.data.ChunkStore.TrashUsage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrashTest {

    private static final Path ROOT = Path.of("/");
    private static final Path TRASH = Path.of("/trash");
    private static final Duration TTL = Duration.ofMinutes(10);

    private final ForgetfulDisk disk = new ForgetfulDisk(new Random(1));
    private int names;

    private Trash at(long minute) throws Exception {
        Clock clock = Clock.fixed(Instant.EPOCH.plus(Duration.ofMinutes(100 + minute)), ZoneOffset.UTC);
        disk.createDirectory(TRASH);
        return new Trash(
                new LatchedDisk(disk, ROOT, StoreFixture.anyNumberOfReadFaults()),
                TRASH,
                clock,
                TTL,
                () -> "u" + names++);
    }

    private Path file(String name) throws Exception {
        Path file = ROOT.resolve(name);
        disk.create(file).close();
        disk.replace(file, new byte[5]);
        return file;
    }

    @Test
    void emptiesWhatIsOlderThanItsTimeToLiveAndCountsAcrossRestarts() throws Exception {
        at(0).take(file("a"));
        at(5).take(file("a"));
        Trash early = at(9);
        assertThat(early.usage()).isEqualTo(new TrashUsage(2, 10));
        early.expire();
        assertThat(early.usage()).isEqualTo(new TrashUsage(2, 10));
        Trash later = at(10);
        later.expire();
        assertThat(later.usage()).isEqualTo(new TrashUsage(1, 5));
        later.empty();
        assertThat(later.usage()).isEqualTo(new TrashUsage(0, 0));
        assertThat(disk.names(TRASH)).isEmpty();
    }

    @Test
    void removesAStrangersFileToo() throws Exception {
        Trash trash = at(0);
        Path stranger = file("stranger");
        disk.rename(stranger, TRASH.resolve("stranger"));
        at(0).expire();
        assertThat(disk.names(TRASH)).isEmpty();
        assertThat(trash.usage()).isEqualTo(new TrashUsage(0, 0));
    }
}
