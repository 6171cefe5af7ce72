package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A signature of version 4.
 *
 * @param signedHeaders in order, in lower case; host and all {@code x-amz-*} headers of the request are among them
 * @param validFor from {@code time} on, for presigned URLs; zero for requests that are signed as they are sent
 */
record Version4Claim(
        WireRequest request,
        Carrier carrier,
        Credential credential,
        List<String> signedHeaders,
        Signature signature,
        Instant time,
        Duration validFor,
        Payload payload)
        implements SignatureClaim {

    Version4Claim {
        signedHeaders = List.copyOf(signedHeaders);
    }

    @Override
    public AccessKeyId accessKey() {
        return credential.accessKey();
    }
}
