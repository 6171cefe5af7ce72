package flare.chunk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/** CRC32C and length of bytes as they pass, without copying them where they lie in one array. */
public final class RunningCrc {

    private final CRC32C crc = new CRC32C();
    private long length;

    public void update(ByteString bytes) {
        update(bytes, 0, bytes.size());
    }

    /** Takes in {@code count} bytes from {@code from} on. */
    public void update(ByteString bytes, int from, int count) {
        if (bytes.isCompact()) {
            crc.update(bytes.toArrayUnsafe(), from, count);
        } else {
            for (ByteBuffer buffer : bytes.slice(from, from + count).getByteBuffers()) {
                crc.update(buffer);
            }
        }
        length += count;
    }

    public int value() {
        return (int) crc.getValue();
    }

    public long length() {
        return length;
    }

    public void reset() {
        crc.reset();
        length = 0;
    }
}
