package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * F7 of the catalogue: everything that was signed is taken, our own signer's requests that no client would think of and what
 * clients in the field signed; and nothing of it with a byte changed.
 */
class ForgeryTest {

    private static final int OWN_REQUESTS = 10_000;

    private record Signed(WireRequest request, Instant time) {}

    @Test
    void acceptsWhatWasSignedAndNothingWithAByteChanged() {
        require(20_000);
    }

    @Test
    @Tag("full") // The measure of the catalogue.
    void acceptsWhatWasSignedAndNothingOfAHundredThousandChanges() {
        require(100_000);
    }

    private static void require(int mutations) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<SignedRequests.Signed> recorded = SignedRequests.requests();
        Set<String> signers = new TreeSet<>();
        recorded.forEach(signed -> {
            accepted(new Signed(signed.request(), signed.time()), seed);
            signers.add(signed.signer());
        });
        int refused = 0;
        for (int i = 0; i < OWN_REQUESTS; i++) {
            Signed own = new Signed(own(random), Examples.TIME);
            accepted(own, seed);
            // Of each kind in turn, until there are enough of them.
            for (long due = (long) mutations * (i + 1) / OWN_REQUESTS; refused < due; refused++) {
                SignedRequests.Signed other = recorded.get(refused % recorded.size());
                refused(refused % 2 == 0 ? own : new Signed(other.request(), other.time()), random, seed);
            }
        }
        System.out.println("signatures: " + (OWN_REQUESTS + recorded.size()) + " requests accepted, " + recorded.size()
                + " of them by " + signers + ", " + refused + " changes of a byte refused, 0 wrong verdicts");
    }

    private static WireRequest own(Random random) {
        WireRequest plain = RandomRequests.any(random);
        return random.nextBoolean()
                ? Examples.SIGNER.sign(plain, payload(random), Examples.TIME)
                : Examples.SIGNER.presign(plain, Examples.TIME, Duration.ofMinutes(5));
    }

    private static void accepted(Signed signed, long seed) {
        if (!Mutation.isAccepted(signed.request(), signed.time())) {
            throw new AssertionError("seed " + seed + ": refused " + signed.request());
        }
    }

    private static void refused(Signed signed, Random random, long seed) {
        WireRequest changed = Mutation.oneByte(signed.request(), random);
        if (Mutation.isAccepted(changed, signed.time())) {
            throw new AssertionError("seed " + seed + ": accepted " + changed + " for " + signed.request());
        }
    }

    private static Payload payload(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Payload.UNSIGNED;
            case 1 -> Payload.SIGNED_CHUNKS_WITH_TRAILER;
            default -> Payload.of(new byte[] {(byte) random.nextInt()});
        };
    }

    @Test
    void meetsTheSignersThatItClaimsTo() {
        assertThat(SignedRequests.requests().stream()
                        .map(SignedRequests.Signed::signer)
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(8);
    }
}
