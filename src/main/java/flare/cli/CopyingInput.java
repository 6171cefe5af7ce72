package flare.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/** Writes down what is read from it, and tells how much that was. */
final class CopyingInput extends FilterInputStream {

    private final OutputStream copy;
    private final LongConsumer bytesCopied;
    private long bytes;

    /** @param bytesCopied told the number so far, often */
    CopyingInput(InputStream in, OutputStream copy, LongConsumer bytesCopied) {
        super(in);
        this.copy = copy;
        this.bytesCopied = bytesCopied;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        if (read >= 0) {
            copy.write(read);
            bytesCopied.accept(++bytes);
        }
        return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        if (read > 0) {
            copy.write(into, offset, read);
            bytes += read;
            bytesCopied.accept(bytes);
        }
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        throw new IOException("nothing of what is copied may be passed over");
    }
}
