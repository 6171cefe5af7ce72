package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our own signer against our own verifier, on requests that no client would think of. */
class ForgeryTest {

    private static final int REQUESTS = 400;
    private static final int MUTATIONS = 25;

    @Test
    void acceptsWhatWasSignedAndNothingWithABitChanged() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < REQUESTS; i++) {
            WireRequest signed = Examples.SIGNER.sign(RandomRequests.any(random), payload(random), Examples.TIME);
            requireOnlyTheOriginal(signed, random, seed);
        }
    }

    @Test
    void acceptsWhatWasPresignedAndNothingWithABitChanged() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < REQUESTS; i++) {
            WireRequest signed =
                    Examples.SIGNER.presign(RandomRequests.any(random), Examples.TIME, Duration.ofMinutes(5));
            requireOnlyTheOriginal(signed, random, seed);
        }
    }

    private static void requireOnlyTheOriginal(WireRequest signed, Random random, long seed) {
        assertThat(Mutation.isAccepted(signed, Examples.TIME))
                .as("seed %d: %s", seed, signed)
                .isTrue();
        for (int i = 0; i < MUTATIONS; i++) {
            WireRequest changed = Mutation.oneBit(signed, random);
            assertThat(Mutation.isAccepted(changed, Examples.TIME))
                    .as("seed %d: %s for %s", seed, changed, signed)
                    .isFalse();
        }
    }

    private static Payload payload(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Payload.UNSIGNED;
            case 1 -> Payload.SIGNED_CHUNKS_WITH_TRAILER;
            default -> Payload.of(new byte[] {(byte) random.nextInt()});
        };
    }
}
