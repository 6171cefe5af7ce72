package flare.backup;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What a backup is of.
 *
 * @param epoch of the cluster, raised by each restore
 * @param featureLevel a version that knows only lower ones can't read the rows
 * @param term of the log's last entry whose effects are in the backup
 * @param index of that entry
 * @param version of the Flare that wrote it
 */
public record BackupHeader(
        UUID cluster, int epoch, int featureLevel, long term, long index, Instant taken, String version) {

    private static final String FORMAT = "flare-metadata-backup 1";
    private static final List<String> NAMES =
            List.of("cluster", "epoch", "feature-level", "term", "index", "taken", "version");

    public BackupHeader {
        if (epoch < 0 || featureLevel < 1 || term < 0 || index < 1 || version.contains("\n")) {
            throw new IllegalArgumentException("no backup is of epoch " + epoch + ", feature level " + featureLevel
                    + ", term " + term + ", index " + index + ", version " + version);
        }
    }

    byte[] encode() {
        List<Object> values = List.of(cluster, epoch, featureLevel, term, index, taken, version);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            lines.add(NAMES.get(i) + " " + values.get(i));
        }
        return SealedText.seal(FORMAT, lines);
    }

    static BackupHeader decode(byte[] bytes) throws BackupException {
        List<String> values = new ArrayList<>();
        List<String> lines = SealedText.open(FORMAT, bytes, "the backup's header");
        for (int i = 0; i < NAMES.size(); i++) {
            String start = NAMES.get(i) + " ";
            if (i >= lines.size() || !lines.get(i).startsWith(start)) {
                throw new BackupException("the backup's header does not tell its " + NAMES.get(i));
            }
            values.add(lines.get(i).substring(start.length()));
        }
        try {
            BackupHeader header = new BackupHeader(
                    UUID.fromString(values.get(0)),
                    Integer.parseInt(values.get(1)),
                    Integer.parseInt(values.get(2)),
                    Long.parseLong(values.get(3)),
                    Long.parseLong(values.get(4)),
                    Instant.parse(values.get(5)),
                    values.get(6));
            if (Arrays.equals(header.encode(), bytes)) {
                return header;
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BackupException("the backup's header can't be read: " + e.getMessage());
        }
        throw new BackupException(
                "the backup's header is not one that Flare writes: " + new String(bytes, StandardCharsets.UTF_8));
    }
}
