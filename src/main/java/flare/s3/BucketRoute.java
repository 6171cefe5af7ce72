package flare.s3;

/** What can be asked of a bucket. */
@SuppressWarnings("ImmutableEnumChecker") // a Rule's set is a copy
enum BucketRoute implements Route {
    CREATE_BUCKET(
            "CreateBucket",
            Rule.plain("PUT", "s3:CreateBucket").taking(BucketHandlers.OBJECT_LOCK, "x-amz-object-ownership")),
    HEAD_BUCKET("HeadBucket", Rule.plain("HEAD", "s3:ListBucket")),
    DELETE_BUCKET("DeleteBucket", Rule.plain("DELETE", "s3:DeleteBucket")),
    GET_LOCATION("GetBucketLocation", Rule.by("location", "GET", "s3:GetBucketLocation")),

    LIST_OBJECTS(
            "ListObjects",
            // bucket, key and etag are what a form's success_action_redirect adds to the address it sends its sender to
            Rule.plain(
                    "GET",
                    "s3:ListBucket",
                    "prefix",
                    "delimiter",
                    "max-keys",
                    "marker",
                    "encoding-type",
                    "bucket",
                    "key",
                    "etag")),
    LIST_OBJECTS_V2(
            "ListObjectsV2",
            Rule.by(
                    "list-type",
                    "GET",
                    "s3:ListBucket",
                    "prefix",
                    "delimiter",
                    "max-keys",
                    "continuation-token",
                    "start-after",
                    "encoding-type",
                    "fetch-owner")),
    LIST_VERSIONS(
            "ListObjectVersions",
            Rule.by(
                    "versions",
                    "GET",
                    "s3:ListBucketVersions",
                    "prefix",
                    "delimiter",
                    "max-keys",
                    "key-marker",
                    "version-id-marker",
                    "encoding-type")),
    LIST_UPLOADS(
            "ListMultipartUploads",
            Rule.by(
                    "uploads",
                    "GET",
                    "s3:ListBucketMultipartUploads",
                    "prefix",
                    "delimiter",
                    "max-uploads",
                    "key-marker",
                    "upload-id-marker",
                    "encoding-type")),

    POST_OBJECT("PostObject", Rule.plain("POST", "s3:PutObject")),
    DELETE_OBJECTS("DeleteObjects", Rule.by("delete", "POST", "s3:DeleteObject")),

    GET_VERSIONING("GetBucketVersioning", Rule.by("versioning", "GET", "s3:GetBucketVersioning")),
    PUT_VERSIONING("PutBucketVersioning", Rule.by("versioning", "PUT", "s3:PutBucketVersioning")),
    GET_POLICY("GetBucketPolicy", Rule.by("policy", "GET", "s3:GetBucketPolicy")),
    PUT_POLICY("PutBucketPolicy", Rule.by("policy", "PUT", "s3:PutBucketPolicy")),
    DELETE_POLICY("DeleteBucketPolicy", Rule.by("policy", "DELETE", "s3:DeleteBucketPolicy")),
    GET_POLICY_STATUS("GetBucketPolicyStatus", Rule.by("policyStatus", "GET", "s3:GetBucketPolicyStatus")),
    GET_ACL("GetBucketAcl", Rule.by("acl", "GET", "s3:GetBucketAcl")),
    PUT_ACL("PutBucketAcl", Rule.by("acl", "PUT", "s3:PutBucketAcl")),
    GET_OWNERSHIP("GetBucketOwnershipControls", Rule.by("ownershipControls", "GET", "s3:GetBucketOwnershipControls")),
    PUT_OWNERSHIP("PutBucketOwnershipControls", Rule.by("ownershipControls", "PUT", "s3:PutBucketOwnershipControls")),
    DELETE_OWNERSHIP(
            "DeleteBucketOwnershipControls", Rule.by("ownershipControls", "DELETE", "s3:PutBucketOwnershipControls")),
    GET_PUBLIC_ACCESS("GetPublicAccessBlock", Rule.by("publicAccessBlock", "GET", "s3:GetBucketPublicAccessBlock")),
    PUT_PUBLIC_ACCESS("PutPublicAccessBlock", Rule.by("publicAccessBlock", "PUT", "s3:PutBucketPublicAccessBlock")),
    DELETE_PUBLIC_ACCESS(
            "DeletePublicAccessBlock", Rule.by("publicAccessBlock", "DELETE", "s3:PutBucketPublicAccessBlock")),
    GET_TAGGING("GetBucketTagging", Rule.by("tagging", "GET", "s3:GetBucketTagging")),
    PUT_TAGGING("PutBucketTagging", Rule.by("tagging", "PUT", "s3:PutBucketTagging")),
    DELETE_TAGGING("DeleteBucketTagging", Rule.by("tagging", "DELETE", "s3:PutBucketTagging")),
    GET_CORS("GetBucketCors", Rule.by("cors", "GET", "s3:GetBucketCORS")),
    PUT_CORS("PutBucketCors", Rule.by("cors", "PUT", "s3:PutBucketCORS")),
    DELETE_CORS("DeleteBucketCors", Rule.by("cors", "DELETE", "s3:PutBucketCORS")),
    GET_REQUEST_PAYMENT("GetBucketRequestPayment", Rule.by("requestPayment", "GET", "s3:GetBucketRequestPayment")),
    PUT_REQUEST_PAYMENT("PutBucketRequestPayment", Rule.by("requestPayment", "PUT", "s3:PutBucketRequestPayment"));

    private final String operation;
    private final Rule rule;

    BucketRoute(String operation, Rule rule) {
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
