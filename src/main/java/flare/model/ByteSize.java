package flare.model;

/** A number of bytes. */
public record ByteSize(long bytes) {

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is not negative: " + bytes);
        }
    }

    public static ByteSize mebibytes(long mebibytes) {
        return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
    }

    public int toInt() {
        return Math.toIntExact(bytes);
    }

    @Override
    public String toString() {
        return bytes + " bytes";
    }
}
