package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.ClusterSecret;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-16 of the incidents: a verdict takes as long whatever is wrong, and no secret can be compared otherwise. */
class ConstantTimeTest {

    private static final int VERDICTS = 1_500;
    private static final int ROUNDS = 8;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(classes = {Signature.class, SecretKey.class, ClusterSecret.class, SigningKey.class})
    void offersNoComparisonThatEndsEarlyAndNoText(Class<?> secret) {
        assertThat(Arrays.stream(secret.getDeclaredMethods()).map(Method::getName))
                .doesNotContain("equals", "hashCode", "toString", "compareTo");
        assertThat(secret.isRecord()).as("a record has all of them").isFalse();
    }

    @Test
    void takesAsLongForAnUnknownKeyAsForAWrongSecret() {
        WireRequest request = Examples.SIGNER.sign(
                Examples.request("GET", "/bucket/key", "host", "objects.example"), Payload.UNSIGNED, Examples.TIME);
        SecretKey wrong = SecretKey.of("another secret");
        Verifier verifier = Examples.verifier();
        SignatureClaim claim = verifier.claim(request).orElseThrow();
        double ratio = Double.MAX_VALUE;
        // The best of some rounds: a neighbour on the machine can disturb one, and a difference would show in all.
        for (int round = 0; round < ROUNDS && !(ratio > 1 / 1.25 && ratio < 1.25); round++) {
            long[] unknown = new long[VERDICTS];
            long[] forged = new long[VERDICTS];
            for (int i = 0; i < VERDICTS; i++) {
                unknown[i] = nanos(() -> verifier.verify(claim, null, Examples.TIME));
                forged[i] = nanos(() -> verifier.verify(claim, wrong, Examples.TIME));
            }
            ratio = (double) median(unknown) / median(forged);
        }
        System.out.printf("an unknown access key takes %.2f of the time of a wrong secret%n", ratio);
        assertThat(ratio).as("time of an unknown key to that of a wrong secret").isBetween(1 / 1.25, 1.25);
    }

    private static long nanos(Runnable verdict) {
        long start = THREADS.getCurrentThreadCpuTime();
        try {
            verdict.run();
        } catch (SignatureRefusedException refused) {
            return THREADS.getCurrentThreadCpuTime() - start;
        }
        throw new AssertionError("a forged request was taken");
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
