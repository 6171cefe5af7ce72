package flare.sigv4;

/** Every reason for which a signature, or a body that is signed in chunks, is refused. */
public enum SignatureFault {
    /** An Authorization header that says nothing, or parameters of a presigned URL without the signature. */
    NOT_SIGNED,
    /** Signature version 2 in a header, SigV4A, or no signature at all (Basic, Bearer). */
    UNSUPPORTED_SCHEME,
    /** Signed in the header and in the query: which of the two would count? */
    SEVERAL_CARRIERS,
    /** The Authorization header can't be read, or is for another region or service. */
    HEADER_MALFORMED,
    /** The same of a presigned URL. */
    QUERY_MALFORMED,
    /** The same of a form. */
    FORM_MALFORMED,
    NO_DATE,
    /** The host, or a header that S3 acts on, could be changed without breaking the signature. */
    HEADERS_NOT_SIGNED,
    NO_PAYLOAD_HASH,
    UNKNOWN_PAYLOAD_HASH,

    UNKNOWN_ACCESS_KEY,
    SIGNATURE_MISMATCH,
    TIME_SKEWED,
    EXPIRED,
    NOT_YET_VALID,

    NO_DECODED_LENGTH,
    BAD_DECODED_LENGTH,
    MALFORMED_CHUNK,
    /** The body ended before its last chunk, or its length is not the one announced. */
    INCOMPLETE_CHUNKS,
    MALFORMED_TRAILER
}
