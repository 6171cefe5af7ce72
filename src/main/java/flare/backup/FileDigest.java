package flare.backup;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file's bytes must be, in the list that ends a backup. */
record FileDigest(String name, long size, String sha256) {

    private static final String FORMAT = "flare-metadata-digests 1";
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) ([0-9]{1,18}) (.+)");

    FileDigest(TarHeader file, byte[] sha256) {
        this(file.name(), file.size(), HexFormat.of().formatHex(sha256));
    }

    static byte[] encode(List<FileDigest> digests) {
        return SealedText.seal(
                FORMAT,
                digests.stream()
                        .map(digest -> digest.sha256 + " " + digest.size + " " + digest.name)
                        .toList());
    }

    static List<FileDigest> decode(byte[] bytes) throws BackupException {
        List<FileDigest> digests = new ArrayList<>();
        for (String line : SealedText.open(FORMAT, bytes, "the backup's list of digests")) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new BackupException("the backup's list of digests has a line that is none: " + line);
            }
            digests.add(new FileDigest(parts.group(3), Long.parseLong(parts.group(2)), parts.group(1)));
        }
        return digests;
    }
}
