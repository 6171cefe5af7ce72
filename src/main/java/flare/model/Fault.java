package flare.model;

/**
 * Everything Flare refuses or fails with, as its users would name it. The core knows no HTTP status and no S3 code:
 * one class at the edge maps each constant, exhaustively.
 */
public enum Fault {
    // What was asked for is not there.
    NO_SUCH_BUCKET,
    NO_SUCH_KEY,
    NO_SUCH_NODE,
    NO_SUCH_VERSION,
    NO_SUCH_UPLOAD,
    NO_SUCH_BUCKET_POLICY,
    NO_OWNERSHIP_CONTROLS,
    NO_PUBLIC_ACCESS_BLOCK,
    NO_SUCH_PART,
    NO_SUCH_USER,
    NO_SUCH_ACCESS_KEY,
    NO_SUCH_USER_POLICY,
    NO_SUCH_TAG_SET,
    NO_SUCH_CORS,

    // The request contradicts the state.
    PRECONDITION_FAILED,
    NOT_MODIFIED,
    RANGE_NOT_SATISFIABLE,
    BUCKET_ALREADY_EXISTS,
    BUCKET_ALREADY_OWNED,
    BUCKET_NOT_EMPTY,
    USER_ALREADY_EXISTS,
    ACCESS_KEY_ALREADY_EXISTS,
    LIMIT_EXCEEDED,
    ACLS_DISABLED,
    ACL_CONTRADICTS_OWNERSHIP,
    CONFLICT,

    // The request is malformed, or past a limit.
    INVALID_ARGUMENT,
    INVALID_REQUEST,
    INVALID_URI,
    INVALID_BUCKET_NAME,
    INVALID_LOCATION,
    KEY_TOO_LONG,
    METADATA_TOO_LARGE,
    ENTITY_TOO_SMALL,
    ENTITY_TOO_LARGE,
    INVALID_PART,
    INVALID_PART_ORDER,
    INVALID_TAG,
    INVALID_STORAGE_CLASS,
    MISSING_CONTENT_LENGTH,
    INCOMPLETE_BODY,
    REQUEST_TIMEOUT,
    INVALID_DIGEST,
    BAD_DIGEST,
    MALFORMED_XML,
    PAYLOAD_HASH_MISMATCH,
    MALFORMED_TRAILER,
    MALFORMED_FORM,
    MALFORMED_POLICY,
    MALFORMED_ACCESS_POLICY,
    MALFORMED_ACL,
    UNRESOLVABLE_GRANTEE,
    METHOD_NOT_ALLOWED,
    NOT_IMPLEMENTED,
    ACCESS_DENIED,
    BAD_PREFLIGHT,
    CORS_FORBIDDEN,

    // The request is not signed as it says.
    MALFORMED_AUTHORIZATION,
    MALFORMED_PRESIGNED_URL,
    UNKNOWN_ACCESS_KEY,
    INVALID_TOKEN,
    SIGNATURE_MISMATCH,
    TIME_SKEWED,

    // The store can't, now.
    SLOW_DOWN,
    UNAVAILABLE,
    INSUFFICIENT_STORAGE,

    // Bytes that are not what the record says, on every copy.
    DATA_DAMAGED,

    // A bug, or a machine that fails in a way nobody foresaw.
    INTERNAL
}
