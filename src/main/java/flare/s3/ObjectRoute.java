package flare.s3;

/** What can be asked of an object. */
@SuppressWarnings("ImmutableEnumChecker") // a Rule's set is a copy
enum ObjectRoute implements Route {
    PUT_OBJECT("PutObject", Rule.plain("PUT", "s3:PutObject").conditional()),
    COPY_OBJECT("CopyObject", Rule.plain("PUT", "s3:PutObject").copying().conditional()),
    GET_OBJECT(
            "GetObject",
            Rule.plain(
                    "GET",
                    "s3:GetObject",
                    "versionId",
                    "partNumber",
                    "response-cache-control",
                    "response-content-disposition",
                    "response-content-encoding",
                    "response-content-language",
                    "response-content-type",
                    "response-expires")),
    HEAD_OBJECT(
            "HeadObject",
            Rule.plain(
                    "HEAD",
                    "s3:GetObject",
                    "versionId",
                    "partNumber",
                    "response-cache-control",
                    "response-content-disposition",
                    "response-content-encoding",
                    "response-content-language",
                    "response-content-type",
                    "response-expires")),
    DELETE_OBJECT(
            "DeleteObject", Rule.plain("DELETE", "s3:DeleteObject", "versionId").conditional()),
    GET_ATTRIBUTES(
            "GetObjectAttributes",
            Rule.by("attributes", "GET", "s3:GetObjectAttributes", "versionId")
                    .taking(AttributesHandler.ASKED, AttributesHandler.MAX_PARTS, AttributesHandler.MARKER)),
    GET_TAGGING("GetObjectTagging", Rule.by("tagging", "GET", "s3:GetObjectTagging", "versionId")),
    PUT_TAGGING("PutObjectTagging", Rule.by("tagging", "PUT", "s3:PutObjectTagging", "versionId")),
    DELETE_TAGGING("DeleteObjectTagging", Rule.by("tagging", "DELETE", "s3:DeleteObjectTagging", "versionId")),
    GET_ACL("GetObjectAcl", Rule.by("acl", "GET", "s3:GetObjectAcl", "versionId")),
    PUT_ACL("PutObjectAcl", Rule.by("acl", "PUT", "s3:PutObjectAcl", "versionId")),

    CREATE_UPLOAD(
            "CreateMultipartUpload", Rule.by("uploads", "POST", "s3:PutObject").conditional()),
    UPLOAD_PART("UploadPart", Rule.by("uploadId", "PUT", "s3:PutObject", "partNumber")),
    UPLOAD_PART_COPY(
            "UploadPartCopy",
            Rule.by("uploadId", "PUT", "s3:PutObject", "partNumber").copying().taking(CopyRange.HEADER)),
    COMPLETE_UPLOAD(
            "CompleteMultipartUpload",
            Rule.by("uploadId", "POST", "s3:PutObject").conditional().taking(MultipartHandlers.OBJECT_SIZE)),
    ABORT_UPLOAD("AbortMultipartUpload", Rule.by("uploadId", "DELETE", "s3:AbortMultipartUpload")),
    LIST_PARTS(
            "ListParts", Rule.by("uploadId", "GET", "s3:ListMultipartUploadParts", "max-parts", "part-number-marker"));

    private final String operation;
    private final Rule rule;

    ObjectRoute(String operation, Rule rule) {
        this.operation = operation;
        this.rule = rule;
    }

    @Override
    public Rule rule() {
        return rule;
    }

    @Override
    public String operation() {
        return operation;
    }
}
