package flare.s3;

import flare.model.Fault;

/** The one translation of {@link Fault} to HTTP status and S3 error code. */
final class ErrorMapping {

    record S3Error(int status, String code) {}

    private ErrorMapping() {}

    static S3Error of(Fault fault) {
        return switch (fault) {
            case NO_SUCH_BUCKET -> new S3Error(404, "NoSuchBucket");
            case NO_SUCH_KEY -> new S3Error(404, "NoSuchKey");
            case NO_SUCH_VERSION -> new S3Error(404, "NoSuchVersion");
            case NO_SUCH_UPLOAD -> new S3Error(404, "NoSuchUpload");
            case NO_SUCH_PART -> new S3Error(416, "InvalidPartNumber");
            case NO_SUCH_USER, NO_SUCH_ACCESS_KEY, NO_SUCH_USER_POLICY -> new S3Error(404, "NoSuchEntity");
            case NO_SUCH_BUCKET_POLICY -> new S3Error(404, "NoSuchBucketPolicy");
            case NO_OWNERSHIP_CONTROLS -> new S3Error(404, "OwnershipControlsNotFoundError");
            case NO_PUBLIC_ACCESS_BLOCK -> new S3Error(404, "NoSuchPublicAccessBlockConfiguration");
            case NO_SUCH_TAG_SET -> new S3Error(404, "NoSuchTagSet");
            case NO_SUCH_CORS -> new S3Error(404, "NoSuchCORSConfiguration");
            case NO_SUCH_NODE -> new S3Error(500, "InternalError");
            case PRECONDITION_FAILED -> new S3Error(412, "PreconditionFailed");
            case NOT_MODIFIED -> new S3Error(304, "NotModified");
            case RANGE_NOT_SATISFIABLE -> new S3Error(416, "InvalidRange");
            case BUCKET_ALREADY_EXISTS -> new S3Error(409, "BucketAlreadyExists");
            case BUCKET_ALREADY_OWNED -> new S3Error(409, "BucketAlreadyOwnedByYou");
            case BUCKET_NOT_EMPTY -> new S3Error(409, "BucketNotEmpty");
            case USER_ALREADY_EXISTS, ACCESS_KEY_ALREADY_EXISTS -> new S3Error(409, "EntityAlreadyExists");
            case LIMIT_EXCEEDED -> new S3Error(409, "LimitExceeded");
            case ACLS_DISABLED -> new S3Error(400, "AccessControlListNotSupported");
            case ACL_CONTRADICTS_OWNERSHIP -> new S3Error(400, "InvalidBucketAclWithObjectOwnership");
            case CONFLICT -> new S3Error(409, "OperationAborted");
            case INVALID_ARGUMENT -> new S3Error(400, "InvalidArgument");
            case INVALID_REQUEST -> new S3Error(400, "InvalidRequest");
            case INVALID_URI -> new S3Error(400, "InvalidURI");
            case INVALID_BUCKET_NAME -> new S3Error(400, "InvalidBucketName");
            case INVALID_LOCATION -> new S3Error(400, "InvalidLocationConstraint");
            case KEY_TOO_LONG -> new S3Error(400, "KeyTooLongError");
            case METADATA_TOO_LARGE -> new S3Error(400, "MetadataTooLarge");
            case ENTITY_TOO_SMALL -> new S3Error(400, "EntityTooSmall");
            case ENTITY_TOO_LARGE -> new S3Error(400, "EntityTooLarge");
            case INVALID_PART -> new S3Error(400, "InvalidPart");
            case INVALID_PART_ORDER -> new S3Error(400, "InvalidPartOrder");
            case INVALID_TAG -> new S3Error(400, "InvalidTag");
            case INVALID_STORAGE_CLASS -> new S3Error(400, "InvalidStorageClass");
            case MISSING_CONTENT_LENGTH -> new S3Error(411, "MissingContentLength");
            case INCOMPLETE_BODY -> new S3Error(400, "IncompleteBody");
            case REQUEST_TIMEOUT -> new S3Error(400, "RequestTimeout");
            case INVALID_DIGEST -> new S3Error(400, "InvalidDigest");
            case BAD_DIGEST -> new S3Error(400, "BadDigest");
            case MALFORMED_XML -> new S3Error(400, "MalformedXML");
            case PAYLOAD_HASH_MISMATCH -> new S3Error(400, "XAmzContentSHA256Mismatch");
            case MALFORMED_TRAILER -> new S3Error(400, "MalformedTrailerError");
            case MALFORMED_FORM -> new S3Error(400, "MalformedPOSTRequest");
            case MALFORMED_POLICY -> new S3Error(400, "InvalidPolicyDocument");
            case MALFORMED_ACCESS_POLICY -> new S3Error(400, "MalformedPolicy");
            case MALFORMED_ACL -> new S3Error(400, "MalformedACLError");
            case UNRESOLVABLE_GRANTEE -> new S3Error(400, "UnresolvableGrantByEmailAddress");
            case METHOD_NOT_ALLOWED -> new S3Error(405, "MethodNotAllowed");
            case NOT_IMPLEMENTED -> new S3Error(501, "NotImplemented");
            case ACCESS_DENIED -> new S3Error(403, "AccessDenied");
            case BAD_PREFLIGHT -> new S3Error(400, "BadRequest");
            case CORS_FORBIDDEN -> new S3Error(403, "AccessForbidden");
            case MALFORMED_AUTHORIZATION -> new S3Error(400, "AuthorizationHeaderMalformed");
            case MALFORMED_PRESIGNED_URL -> new S3Error(400, "AuthorizationQueryParametersError");
            case UNKNOWN_ACCESS_KEY -> new S3Error(403, "InvalidAccessKeyId");
            case INVALID_TOKEN -> new S3Error(400, "InvalidToken");
            case SIGNATURE_MISMATCH -> new S3Error(403, "SignatureDoesNotMatch");
            case TIME_SKEWED -> new S3Error(403, "RequestTimeTooSkewed");
            case SLOW_DOWN -> new S3Error(503, "SlowDown");
            case UNAVAILABLE -> new S3Error(503, "ServiceUnavailable");
            case INSUFFICIENT_STORAGE -> new S3Error(507, "InsufficientStorage");
            case DATA_DAMAGED, INTERNAL -> new S3Error(500, "InternalError");
        };
    }
}
