package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.SignatureFault;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows on signatures in the table of bad input, as far as they tell one fault from another. */
class SignatureRefusalsTest {

    @ParameterizedTest
    @CsvSource({
        "NOT_SIGNED, 403, AccessDenied",
        "UNSUPPORTED_SCHEME, 400, InvalidRequest",
        "HEADER_MALFORMED, 400, AuthorizationHeaderMalformed",
        "UNKNOWN_ACCESS_KEY, 403, InvalidAccessKeyId",
        "SIGNATURE_MISMATCH, 403, SignatureDoesNotMatch",
        "TIME_SKEWED, 403, RequestTimeTooSkewed",
        "NO_DATE, 403, AccessDenied",
        "HEADERS_NOT_SIGNED, 403, AccessDenied",
        "NO_PAYLOAD_HASH, 400, InvalidRequest",
        "UNKNOWN_PAYLOAD_HASH, 400, InvalidArgument",
        "INCOMPLETE_CHUNKS, 400, IncompleteBody",
        "NO_DECODED_LENGTH, 411, MissingContentLength",
        "BAD_DECODED_LENGTH, 400, InvalidArgument",
        "MALFORMED_TRAILER, 400, MalformedTrailerError",
        "MALFORMED_CHUNK, 400, InvalidRequest",
        "SEVERAL_CARRIERS, 400, InvalidArgument",
        "QUERY_MALFORMED, 400, AuthorizationQueryParametersError",
        "EXPIRED, 403, AccessDenied",
        "NOT_YET_VALID, 403, AccessDenied",
        "FORM_MALFORMED, 400, InvalidArgument"
    })
    void answersAsS3Does(SignatureFault fault, int status, String code) {
        assertThat(ErrorMapping.of(SignatureRefusals.fault(fault))).isEqualTo(new ErrorMapping.S3Error(status, code));
    }

    @Test
    void answersNoFaultAsOurOwn() {
        assertThat(Arrays.stream(SignatureFault.values())
                        .map(fault ->
                                ErrorMapping.of(SignatureRefusals.fault(fault)).status()))
                .allMatch(status -> status < 500);
    }
}
