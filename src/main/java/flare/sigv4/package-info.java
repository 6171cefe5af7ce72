/**
 * AWS Signature Version 4 as S3 has it, the aws-chunked bodies that go with it, and what is left of version 2 (presigned
 * URLs, forms): pure functions over what stood on the wire. The sources are the pages "Authenticating Requests (AWS Signature Version 4)" of the S3 API reference.
 */
@NullMarked
package flare.sigv4;

import org.jspecify.annotations.NullMarked;
