package flare.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Lines of text that begin with a format and end with a checksum of themselves. */
final class SealedText {

    private static final String SEAL = "crc32c ";

    private SealedText() {}

    static byte[] seal(String format, List<String> lines) {
        StringBuilder text = new StringBuilder(format).append('\n');
        lines.forEach(line -> text.append(line).append('\n'));
        String crc = crc(text.toString());
        return text.append(SEAL).append(crc).append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The lines between format and checksum. */
    static List<String> open(String format, byte[] sealed, String what) throws BackupException {
        String text = new String(sealed, StandardCharsets.UTF_8);
        int end = text.lastIndexOf(SEAL);
        boolean whole = end > 0
                && text.substring(end).equals(SEAL + crc(text.substring(0, end)) + "\n")
                && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), sealed);
        if (!whole) {
            throw new BackupException(what + " is damaged: its checksum does not fit its text");
        }
        List<String> lines = text.substring(0, end).lines().toList();
        if (!lines.get(0).equals(format)) {
            throw new BackupException(what + " has the format '" + lines.get(0) + "', this version of Flare reads '"
                    + format + "': use the version that wrote it, or a newer one");
        }
        return lines.subList(1, lines.size());
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
