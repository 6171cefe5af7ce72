package flare.sigv4;

/** How a body is bound to its request's signature. An enum, so that every switch over it must name each. */
public enum PayloadMode {
    /** By its SHA-256, known before it was sent. */
    HASHED(false, false, false),
    /** Not at all. */
    UNSIGNED(false, false, false),
    /** aws-chunked; each chunk's signature continues the one before. */
    SIGNED_CHUNKS(true, true, false),
    /** The same, with signed trailers. */
    SIGNED_CHUNKS_WITH_TRAILER(true, true, true),
    /** aws-chunked without signatures, for the sake of the trailers. */
    UNSIGNED_CHUNKS_WITH_TRAILER(true, false, true);

    private final boolean chunked;
    private final boolean chunksSigned;
    private final boolean trailer;

    PayloadMode(boolean chunked, boolean chunksSigned, boolean trailer) {
        this.chunked = chunked;
        this.chunksSigned = chunksSigned;
        this.trailer = trailer;
    }

    public boolean isChunked() {
        return chunked;
    }

    public boolean hasSignedChunks() {
        return chunksSigned;
    }

    public boolean hasTrailer() {
        return trailer;
    }
}
