package flare.object;

import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Checksums of a body, computed in the pass that stores it.
 *
 * @param compute those that may be expected or kept
 * @param kept what is recorded with the object or part
 * @param expected asked after the body's last byte, since a trailer may tell it: each must be that of the bytes, or the
 *     upload fails with BAD_DIGEST and nothing is committed; INVALID_REQUEST for one that is not computed
 */
public record BodyChecks(
        Set<ChecksumAlgorithm> compute, Optional<ChecksumAlgorithm> kept, Supplier<List<Expected>> expected) {

    public static final BodyChecks NONE = new BodyChecks(Set.of(), Optional.empty(), List::of);

    /** @param value base64 */
    public record Expected(ChecksumAlgorithm algorithm, String value) {}

    public BodyChecks {
        compute = Set.copyOf(compute);
        if (kept.isPresent() && !compute.contains(kept.get())) {
            throw new IllegalArgumentException(kept.get() + " is kept but not computed");
        }
    }

    /** Of bytes that are all here: fails as an upload would, and answers what is to be kept. */
    public Optional<Checksum> verified(ByteString whole) {
        Run run = start();
        run.update(whole);
        run.verify();
        return run.kept();
    }

    Run start() {
        return new Run(this);
    }

    /** The checksums of one body; for one stream and what comes after it. */
    static final class Run {

        private final BodyChecks checks;
        private final Map<ChecksumAlgorithm, ChecksumAlgorithm.Running> running =
                new EnumMap<>(ChecksumAlgorithm.class);
        private final Map<ChecksumAlgorithm, String> found = new EnumMap<>(ChecksumAlgorithm.class);

        private Run(BodyChecks checks) {
            this.checks = checks;
            checks.compute.forEach(algorithm -> running.put(algorithm, algorithm.start()));
        }

        Source<ByteString, ?> over(Source<ByteString, ?> body) {
            return running.isEmpty()
                    ? body
                    : body.map(bytes -> {
                        update(bytes);
                        return bytes;
                    });
        }

        void update(ByteString bytes) {
            running.values().forEach(one -> bytes.getByteBuffers().forEach(one::update));
        }

        void verify() {
            running.forEach(
                    (algorithm, one) -> found.put(algorithm, Base64.getEncoder().encodeToString(one.finish())));
            for (Expected expected : checks.expected.get()) {
                String value = found.get(expected.algorithm());
                if (value == null) {
                    throw new FlareException(
                            Fault.INVALID_REQUEST, expected.algorithm() + " was not announced before the body");
                }
                if (!MessageDigest.isEqual(ascii(value), ascii(expected.value()))) {
                    throw new FlareException(
                            Fault.BAD_DIGEST,
                            "the body's " + expected.algorithm() + " is " + value + ", announced was "
                                    + expected.value());
                }
            }
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        Optional<Checksum> kept() {
            return checks.kept.map(algorithm ->
                    new Checksum(algorithm, String.valueOf(found.get(algorithm)), Checksum.Type.FULL_OBJECT));
        }
    }
}
