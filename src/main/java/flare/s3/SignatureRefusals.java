package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.SignatureFault;
import flare.sigv4.SignatureRefusedException;

/** The one translation of what {@code flare.sigv4} refuses to what the object port answers. */
final class SignatureRefusals {

    private SignatureRefusals() {}

    static FlareException translated(SignatureRefusedException refusal) {
        return new FlareException(fault(refusal.fault()), String.valueOf(refusal.getMessage()), refusal);
    }

    static Fault fault(SignatureFault fault) {
        return switch (fault) {
            case NOT_SIGNED, NO_DATE, HEADERS_NOT_SIGNED, EXPIRED, NOT_YET_VALID -> Fault.ACCESS_DENIED;
            case UNSUPPORTED_SCHEME, NO_PAYLOAD_HASH, MALFORMED_CHUNK -> Fault.INVALID_REQUEST;
            case SEVERAL_CARRIERS, FORM_MALFORMED, UNKNOWN_PAYLOAD_HASH, BAD_DECODED_LENGTH -> Fault.INVALID_ARGUMENT;
            case HEADER_MALFORMED -> Fault.MALFORMED_AUTHORIZATION;
            case QUERY_MALFORMED -> Fault.MALFORMED_PRESIGNED_URL;
            case UNKNOWN_ACCESS_KEY -> Fault.UNKNOWN_ACCESS_KEY;
            case SIGNATURE_MISMATCH -> Fault.SIGNATURE_MISMATCH;
            case TIME_SKEWED -> Fault.TIME_SKEWED;
            case NO_DECODED_LENGTH -> Fault.MISSING_CONTENT_LENGTH;
            case INCOMPLETE_CHUNKS -> Fault.INCOMPLETE_BODY;
            case MALFORMED_TRAILER -> Fault.MALFORMED_TRAILER;
        };
    }
}
