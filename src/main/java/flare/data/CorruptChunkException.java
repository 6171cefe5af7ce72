package flare.data;

/** The file is not the copy it should be, or not wholly; the message says in what. */
final class CorruptChunkException extends Exception {

    CorruptChunkException(String message) {
        super(message);
    }

    CorruptChunkException(String message, Throwable cause) {
        super(message, cause);
    }
}
