package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.SignedRequests.Form;
import flare.sigv4.SignedRequests.Signed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What clients in the field signed, byte for byte: all true, any change false. */
class IndependentSignersTest {

    private static final int MUTATIONS = 8;

    @Test
    void acceptsEveryRequest() {
        Set<String> signers = new TreeSet<>();
        Set<PayloadMode> modes = new TreeSet<>();
        for (Signed signed : SignedRequests.requests()) {
            VerifiedRequest verified = verified(signed);
            requireBody(signed, verified);
            signers.add(signed.signer());
            modes.add(verified.payload().mode());
        }
        assertThat(signers).hasSizeGreaterThanOrEqualTo(8);
        assertThat(modes).containsExactly(PayloadMode.values());
    }

    @Test
    void acceptsEveryForm() {
        Set<String> signers = new TreeSet<>();
        for (Form form : SignedRequests.forms()) {
            FormClaim claim = Examples.verifier().formClaim(form.fields()).orElseThrow();
            assertThat(Examples.verifier().verifyForm(claim, Examples.SECRET)).contains("expiration");
            signers.add(form.signer());
        }
        assertThat(signers).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void refusesEveryRequestWithOneByteChanged() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (Signed signed : SignedRequests.requests()) {
            for (int i = 0; i < MUTATIONS; i++) {
                WireRequest changed = Mutation.oneByte(signed.request(), random);
                assertThat(Mutation.isAccepted(changed, signed.time()))
                        .as("seed %d: %s as %s", seed, signed.name(), changed)
                        .isFalse();
            }
        }
    }

    private static VerifiedRequest verified(Signed signed) {
        try {
            return Examples.verify(signed.request(), signed.time());
        } catch (SignatureRefusedException e) {
            throw new AssertionError(signed.name() + ": " + e.fault() + " of " + signed.request(), e);
        }
    }

    private static void requireBody(Signed signed, VerifiedRequest verified) {
        switch (verified.payload().mode()) {
            case UNSIGNED -> {}
            case HASHED ->
                assertThat(Payload.of(signed.body()).text())
                        .as(signed.name())
                        .isEqualTo(verified.payload().text());
            case SIGNED_CHUNKS, SIGNED_CHUNKS_WITH_TRAILER, UNSIGNED_CHUNKS_WITH_TRAILER -> {
                for (int pieceBytes : List.of(1, 2, 3, 4096)) {
                    assertThat(decoded(signed, verified, pieceBytes))
                            .as(signed.name())
                            .isEqualTo(signed.decoded());
                }
            }
        }
    }

    private static byte[] decoded(Signed signed, VerifiedRequest verified, int pieceBytes) {
        ChunkedBody decoder = ChunkedBody.of(verified);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < signed.body().length; at += pieceBytes) {
            int end = Math.min(at + pieceBytes, signed.body().length);
            decoder.decode(ByteBuffer.wrap(Arrays.copyOfRange(signed.body(), at, end)))
                    .forEach(bytes ->
                            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
        }
        assertThat(decoder.finish().isEmpty())
                .as(signed.name())
                .isEqualTo(!verified.payload().mode().hasTrailer());
        return out.toByteArray();
    }
}
