package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The key pair, region and time of AWS's documentation, and requests in few words. */
final class Examples {

    static final AccessKeyId ACCESS_KEY = new AccessKeyId("AKIAIOSFODNN7EXAMPLE");
    static final SecretKey SECRET = SecretKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    static final String REGION = "us-east-1";
    static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
    static final Duration SKEW = Duration.ofMinutes(15);
    static final Signer SIGNER = new Signer(ACCESS_KEY, SECRET, REGION);

    private Examples() {}

    static Verifier verifier() {
        return new Verifier(new Verifier.Rules(REGION, SKEW, true));
    }

    /** @param headers name, value, name, value, …; a name again adds a value */
    static WireRequest request(String method, String target, String... headers) {
        int mark = target.indexOf('?');
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            map.computeIfAbsent(headers[i].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(headers[i + 1]);
        }
        return new WireRequest(
                method, mark < 0 ? target : target.substring(0, mark), mark < 0 ? "" : target.substring(mark + 1), map);
    }

    static WireRequest with(WireRequest request, String header, String... values) {
        Map<String, List<String>> headers = new LinkedHashMap<>(request.headers());
        if (values.length == 0) {
            headers.remove(header);
        } else {
            headers.put(header, List.of(values));
        }
        return new WireRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
    }

    static WireRequest withTarget(WireRequest request, String method, String rawPath, String rawQuery) {
        return new WireRequest(method, rawPath, rawQuery, request.headers());
    }

    static VerifiedRequest verify(WireRequest request, Instant now) {
        Verifier verifier = verifier();
        return verifier.verify(verifier.claim(request).orElseThrow(), SECRET, now);
    }

    static SignatureFault faultOf(ThrowingCallable refused) {
        SignatureRefusedException refusal = catchThrowableOfType(SignatureRefusedException.class, refused);
        assertThat(refusal).as("the refusal").isNotNull();
        return refusal.fault();
    }
}
