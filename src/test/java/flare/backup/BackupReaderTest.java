package flare.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup is read back as it was written, or refused: whatever bit is another one, wherever it ends. */
class BackupReaderTest {

    private static final BackupHeader HEADER =
            new BackupHeader(new UUID(1, 2), 3, 1, 4, 567, Instant.parse("2026-01-31T12:00:00Z"), "0.1.0");

    @TempDir
    Path directory;

    private final Map<String, byte[]> files = new TreeMap<>();
    private byte[] backup;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(1);
        files.put("000012.sst", new byte[1025]);
        files.put("000013.sst", new byte[512]);
        files.put("CURRENT", new byte[0]);
        files.put("MANIFEST-000001", new byte[17]);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            random.nextBytes(file.getValue());
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (BackupSource source = new BackupSource(HEADER, directory, () -> {})) {
            for (Optional<byte[]> piece = source.next(); piece.isPresent(); piece = source.next()) {
                bytes.writeBytes(piece.get());
            }
        }
        backup = bytes.toByteArray();
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        Map<String, ByteArrayOutputStream> read = new TreeMap<>();

        BackupReport report = BackupReader.read(new ByteArrayInputStream(backup), new BackupReader.Target() {
            @Override
            public void header(BackupHeader header) {
                assertThat(header).isEqualTo(HEADER);
            }

            @Override
            public OutputStream file(String name) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                read.put(name, out);
                return out;
            }
        });

        assertThat(report).isEqualTo(new BackupReport(HEADER, 4, 1025 + 512 + 17));
        assertThat(read.keySet()).isEqualTo(files.keySet());
        read.forEach((name, out) -> assertThat(out.toByteArray()).as(name).isEqualTo(files.get(name)));
    }

    @Test
    void isATarThatOtherToolsRead() throws Exception {
        Path tar = directory.resolve("backup.tar");
        Files.write(tar, backup);
        Process list = new ProcessBuilder("tar", "-tf", tar.toString())
                .redirectErrorStream(true)
                .start();

        String names = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(list.waitFor()).isZero();
        assertThat(names.lines())
                .containsExactly(
                        "flare-metadata-backup",
                        "state/000012.sst",
                        "state/000013.sst",
                        "state/CURRENT",
                        "state/MANIFEST-000001",
                        "digests");
    }

    @Test
    void refusesEachBitThatIsAnother() {
        Random random = new Random(2);
        for (int at = 0; at < backup.length; at++) {
            byte[] damaged = backup.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> read(damaged)).as("byte %d", at).isInstanceOf(BackupException.class);
        }
    }

    @Test
    void refusesOneThatEndsEarly() {
        for (int length = 0; length < backup.length; length += length < 600 ? 1 : 37) {
            byte[] cut = Arrays.copyOf(backup, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(BackupException.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(backup, backup.length - 1)))
                .hasMessageContaining("the backup is cut off: it ends at byte " + (backup.length - 1));
    }

    @Test
    void takesZerosBehindTheEndAndNothingElse() throws IOException {
        assertThat(read(Arrays.copyOf(backup, backup.length + 9_000)).files()).isEqualTo(4);
        byte[] longer = Arrays.copyOf(backup, backup.length + 9_000);
        longer[longer.length - 1] = 1;
        assertThatThrownBy(() -> read(longer)).hasMessageContaining("something stands behind the backup's end");
    }

    @Test
    void refusesAnotherFormat() {
        byte[] text = "flare-metadata-backup 2\n".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream newer = new ByteArrayOutputStream();
        newer.writeBytes(new TarHeader(BackupLayout.HEADER, text.length).encode(0));
        newer.writeBytes(Arrays.copyOf(text, TarHeader.BLOCK_BYTES));
        assertThatThrownBy(() -> read(newer.toByteArray()))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("header");
        assertThatThrownBy(() -> read("#!/bin/sh\n".repeat(100).getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("this is no backup of Flare's metadata");
    }

    private static BackupReport read(byte[] bytes) throws IOException {
        return BackupReader.read(new ByteArrayInputStream(bytes), BackupReader.NOWHERE);
    }
}
