package flare.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a backup from its first byte to its last and believes none of it before: each bit of it is under a checksum, a
 * digest, or has to be zero. Holds a piece of it in memory, and a line for each file.
 */
public final class BackupReader {

    /** Where a backup's files go as they are read; what is written counts only once {@link #read} has returned. */
    public interface Target {

        /** Told first: throws where such a backup is not wanted. */
        void header(BackupHeader header) throws IOException;

        /** Closed when the file's bytes have come; its name has no directories. */
        OutputStream file(String name) throws IOException;
    }

    /** Only verifies. */
    public static final Target NOWHERE = new Target() {
        @Override
        public void header(BackupHeader header) {}

        @Override
        public OutputStream file(String name) {
            return OutputStream.nullOutputStream();
        }
    };

    private static final int PIECE_BYTES = 256 * 1024;

    private final InputStream in;
    private final Target target;
    private final byte[] piece = new byte[PIECE_BYTES];
    private final List<FileDigest> found = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private long position;
    private long stateBytes;

    private BackupReader(InputStream in, Target target) {
        this.in = in;
        this.target = target;
    }

    /** Throws {@link BackupException} with a sentence if this is no whole backup. */
    public static BackupReport read(InputStream in, Target target) throws IOException {
        return new BackupReader(in, target).read();
    }

    private BackupReport read() throws IOException {
        BackupHeader header = readHeader();
        target.header(header);
        while (true) {
            TarHeader file = nextFile();
            if (file.name().equals(BackupLayout.DIGESTS)) {
                compare(FileDigest.decode(small(file, BackupLayout.MAX_DIGESTS_BYTES)));
                readEnd();
                return new BackupReport(header, found.size() - 1, stateBytes);
            }
            state(file);
        }
    }

    private BackupHeader readHeader() throws IOException {
        byte[] block = new byte[TarHeader.BLOCK_BYTES];
        fill(block, block.length);
        TarHeader file;
        try {
            file = TarHeader.decode(block).orElseThrow(() -> new BackupException("it begins with zeros"));
        } catch (BackupException e) {
            throw new BackupException("this is no backup of Flare's metadata: " + e.getMessage());
        }
        if (!file.name().equals(BackupLayout.HEADER)) {
            throw new BackupException("this is no backup of Flare's metadata: it begins with '" + file.name() + "'");
        }
        byte[] text = small(file, BackupLayout.MAX_HEADER_BYTES);
        found.add(new FileDigest(file, BackupSource.sha256().digest(text)));
        return BackupHeader.decode(text);
    }

    private TarHeader nextFile() throws IOException {
        byte[] block = new byte[TarHeader.BLOCK_BYTES];
        long at = position;
        fill(block, block.length);
        try {
            return TarHeader.decode(block)
                    .orElseThrow(() -> new BackupException("the backup ends without its list of digests"));
        } catch (BackupException e) {
            throw new BackupException("the backup is damaged at byte " + at + ": " + e.getMessage());
        }
    }

    private void state(TarHeader file) throws IOException {
        if (!file.name().startsWith(BackupLayout.STATE)) {
            throw new BackupException("the backup has a file that is none of its own: '" + file.name() + "'");
        }
        if (!names.add(file.name()) || names.size() > BackupLayout.MAX_FILES) {
            throw new BackupException(
                    "the backup has '" + file.name() + "' twice, or more than " + BackupLayout.MAX_FILES + " files");
        }
        MessageDigest digest = BackupSource.sha256();
        try (OutputStream out = target.file(file.name().substring(BackupLayout.STATE.length()))) {
            long left = file.size();
            while (left > 0) {
                int length = (int) Math.min(piece.length, left);
                fill(piece, length);
                digest.update(piece, 0, length);
                out.write(piece, 0, length);
                left -= length;
            }
        }
        skipPadding(file);
        stateBytes += file.size();
        found.add(new FileDigest(file, digest.digest()));
    }

    private void compare(List<FileDigest> wanted) throws BackupException {
        for (int i = 0; i < Math.min(wanted.size(), found.size()); i++) {
            if (!wanted.get(i).equals(found.get(i))) {
                throw new BackupException(
                        "the backup is damaged: expected " + wanted.get(i) + ", found " + found.get(i));
            }
        }
        if (wanted.size() != found.size()) {
            throw new BackupException(
                    "the backup is damaged: expected " + wanted.size() + " files, found " + found.size());
        }
    }

    private byte[] small(TarHeader file, int maxBytes) throws IOException {
        if (file.size() > maxBytes) {
            throw new BackupException("the backup is damaged: '" + file.name() + "' has " + file.size()
                    + " bytes, at most " + maxBytes + " are possible");
        }
        byte[] content = new byte[(int) file.size()];
        fill(content, content.length);
        skipPadding(file);
        return content;
    }

    private void skipPadding(TarHeader file) throws IOException {
        byte[] padding = new byte[file.padding()];
        fill(padding, padding.length);
        if (!TarHeader.isZero(padding, 0, padding.length)) {
            throw new BackupException("the backup is damaged behind '" + file.name() + "', before byte " + position);
        }
    }

    /** Two blocks of zeros, and more of them where a tool filled up a record. */
    private void readEnd() throws IOException {
        fill(piece, BackupLayout.END_BYTES);
        int length = BackupLayout.END_BYTES;
        while (length > 0) {
            if (!TarHeader.isZero(piece, 0, length)) {
                throw new BackupException("something stands behind the backup's end, before byte " + position);
            }
            length = in.readNBytes(piece, 0, piece.length);
            position += length;
        }
    }

    private void fill(byte[] into, int length) throws IOException {
        int read = in.readNBytes(into, 0, length);
        position += read;
        if (read < length) {
            throw new BackupException("the backup is cut off: it ends at byte " + position + ", before its end mark");
        }
    }
}
