package flare.chunk;

/** Bytes of a copy, or its checksum table, are not what was recorded. */
public final class CorruptBlockException extends RuntimeException {

    public CorruptBlockException(String message) {
        super(message);
    }
}
