package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a request says of its own signature. Well-formed, and believed by nobody before {@link Verifier#verify} has found it
 * true.
 *
 * @param signedHeaders in order, in lower case; host and all {@code x-amz-*} headers of the request are among them
 * @param validFor from {@code time} on, for presigned URLs; zero for requests that are signed as they are sent
 */
public record SignatureClaim(
        WireRequest request,
        Carrier carrier,
        Credential credential,
        List<String> signedHeaders,
        Signature signature,
        Instant time,
        Duration validFor,
        Payload payload) {

    /** Where the signature stands. */
    public enum Carrier {
        HEADER,
        QUERY
    }

    public SignatureClaim {
        signedHeaders = List.copyOf(signedHeaders);
    }
}
