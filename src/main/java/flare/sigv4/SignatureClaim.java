package flare.sigv4;

/**
 * What a request says of its own signature. Well-formed, and believed by nobody before {@link Verifier#verify} has found it
 * true.
 */
public sealed interface SignatureClaim permits Version4Claim, Version2Url {

    /** Where the signature stands. */
    enum Carrier {
        HEADER,
        QUERY
    }

    WireRequest request();

    Carrier carrier();

    AccessKeyId accessKey();

    /** What the signature says of the body. */
    Payload payload();
}
