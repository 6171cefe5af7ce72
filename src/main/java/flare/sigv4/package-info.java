/**
 * AWS Signature Version 4 as S3 has it, and the aws-chunked bodies that go with it: pure functions over what stood on the
 * wire. The sources are the pages "Authenticating Requests (AWS Signature Version 4)" of the S3 API reference.
 */
@NullMarked
package flare.sigv4;

import org.jspecify.annotations.NullMarked;
