package flare.backup;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a backup, a piece at a time as they are asked for, read once from files that nobody changes meanwhile. Only
 * one that was read to its end is whole. Pieces are asked for by one at a time; closing is for anyone, once it is used no
 * more.
 */
public final class BackupSource implements Closeable {

    private static final int PIECE_BYTES = 256 * 1024;

    /** A file that is being read. */
    private static final class Open {
        private final TarHeader header;
        private final InputStream bytes;
        private final MessageDigest digest = sha256();
        private long left;

        private Open(TarHeader header, InputStream bytes) {
            this.header = header;
            this.bytes = bytes;
            this.left = header.size();
        }
    }

    private final BackupHeader header;
    private final Deque<Path> files = new ArrayDeque<>();
    private final Closeable afterwards;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<FileDigest> digests = new ArrayList<>();
    private @Nullable Open open;
    private boolean ended;

    /**
     * @param directory holds the state's files and nothing else
     * @param afterwards called once, when nothing more is read
     */
    public BackupSource(BackupHeader header, Path directory, Closeable afterwards) throws IOException {
        this.header = header;
        this.afterwards = afterwards;
        try (Stream<Path> children = Files.list(directory)) {
            children.sorted().forEach(files::add);
        }
        if (files.size() > BackupLayout.MAX_FILES) {
            throw new IOException(
                    directory + " has " + files.size() + " files, a backup has at most " + BackupLayout.MAX_FILES);
        }
    }

    public BackupHeader header() {
        return header;
    }

    /** Whether anything was asked for yet. */
    public boolean begun() {
        return begun.get();
    }

    public boolean closed() {
        return closed.get();
    }

    /** The bytes that come next, at least one; empty at the end. */
    public Optional<byte[]> next() throws IOException {
        if (closed.get()) {
            throw new IOException("this backup was given up: begin another one");
        }
        if (begun.compareAndSet(false, true)) {
            return Optional.of(whole(BackupLayout.HEADER, header.encode()));
        }
        Open file = open;
        if (file != null) {
            return Optional.of(piece(file));
        }
        Path path = files.poll();
        if (path != null) {
            return Optional.of(begin(path));
        }
        if (ended) {
            return Optional.empty();
        }
        ended = true;
        ByteArrayOutputStream end = new ByteArrayOutputStream();
        end.writeBytes(whole(BackupLayout.DIGESTS, FileDigest.encode(digests)));
        end.writeBytes(new byte[BackupLayout.END_BYTES]);
        return Optional.of(end.toByteArray());
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            Open file = open;
            try (afterwards) {
                if (file != null) {
                    file.bytes.close();
                }
            }
        }
    }

    private byte[] begin(Path path) throws IOException {
        String name = BackupLayout.STATE + Objects.requireNonNull(path.getFileName());
        Open file = new Open(new TarHeader(name, Files.size(path)), Files.newInputStream(path));
        open = file;
        byte[] block = file.header.encode(modifiedSeconds());
        if (file.left > 0) {
            return block;
        }
        finish(file);
        return block;
    }

    /** With the zeros behind the last one of a file. */
    private byte[] piece(Open file) throws IOException {
        byte[] piece = file.bytes.readNBytes((int) Math.min(PIECE_BYTES, file.left));
        if (piece.length == 0) {
            throw new IOException(
                    file.header.name() + " ends " + file.left + " bytes before its " + file.header.size());
        }
        file.digest.update(piece);
        file.left -= piece.length;
        if (file.left > 0) {
            return piece;
        }
        finish(file);
        ByteArrayOutputStream last = new ByteArrayOutputStream(piece.length + TarHeader.BLOCK_BYTES);
        last.writeBytes(piece);
        last.writeBytes(new byte[file.header.padding()]);
        return last.toByteArray();
    }

    private void finish(Open file) throws IOException {
        open = null;
        file.bytes.close();
        digests.add(new FileDigest(file.header, file.digest.digest()));
    }

    private byte[] whole(String name, byte[] content) {
        TarHeader file = new TarHeader(name, content.length);
        digests.add(new FileDigest(file, sha256().digest(content)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(file.encode(modifiedSeconds()));
        bytes.writeBytes(content);
        bytes.writeBytes(new byte[file.padding()]);
        return bytes.toByteArray();
    }

    private long modifiedSeconds() {
        return Math.max(0, header.taken().getEpochSecond());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
