package flare.s3;

import flare.http.Headers;
import flare.model.Crc64Nvme;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A digest of the body that the client declared, in a header or a trailer ({@code x-amz-checksum-*}).
 * The body fails with BAD_DIGEST at its end, before anything is committed, if its bytes are others.
 */
final class DeclaredDigest {

    private static final String CHECKSUM_PREFIX = "x-amz-checksum-";
    private static final String CHECKSUM_TYPE = "x-amz-checksum-type";
    private static final String CHECKSUM_ALGORITHM = "x-amz-checksum-algorithm";
    private static final String TRAILER = "x-amz-trailer";

    private static final Algorithm MD5 = new Algorithm(16, () -> new OfMessageDigest("MD5"));
    private static final Algorithm SHA_256 = new Algorithm(32, () -> new OfMessageDigest("SHA-256"));
    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "crc32", new Algorithm(4, () -> new OfChecksum(new CRC32(), 4)),
            "crc32c", new Algorithm(4, () -> new OfChecksum(new CRC32C(), 4)),
            "crc64nvme", new Algorithm(8, () -> new OfChecksum(new Crc64Nvme(), 8)),
            "sha1", new Algorithm(20, () -> new OfMessageDigest("SHA-1")),
            "sha256", SHA_256);

    private final String name;
    private final Supplier<byte[]> expected;
    private final Digest digest;

    /** @param expected asked at the body's end */
    private DeclaredDigest(String name, Supplier<byte[]> expected, Algorithm algorithm) {
        this.name = name;
        this.expected = expected;
        this.digest = algorithm.start.get();
    }

    /** Whether {@link #checked} has nothing to check. */
    static boolean none(Headers headers) {
        return !hasChecksum(headers) && announced(headers).isEmpty();
    }

    /** Whether one of {@code x-amz-checksum-*} is there; throws as {@link #checked} does. */
    static boolean hasChecksum(Headers headers) {
        return checksum(headers).isPresent();
    }

    static MessageDigest sha256() {
        return new OfMessageDigest("SHA-256").digest;
    }

    /** The content, held to the checksum in its headers or trailers. Throws as {@link #checked(Headers, Source)} does. */
    static Source<ByteString, ?> checked(Headers headers, RequestContent content) {
        Source<ByteString, ?> checked = checked(headers, content.bytes());
        Optional<String> trailer = announced(headers);
        return trailer.isPresent()
                ? inTrailer(trailer.get(), content.trailers()).over(checked)
                : checked;
    }

    /** The same with an MD5, for a body that nobody else computes it of. */
    static Source<ByteString, ?> checked(Headers headers, Optional<byte[]> md5, RequestContent content) {
        Source<ByteString, ?> checked = checked(headers, content);
        return md5.isPresent() ? new DeclaredDigest("content-md5", md5::get, MD5).over(checked) : checked;
    }

    /** Throws {@link FlareException} with INVALID_REQUEST for a malformed or unknown checksum, or more than one. */
    static Source<ByteString, ?> checked(Headers headers, Source<ByteString, ?> body) {
        Optional<DeclaredDigest> checksum = checksum(headers);
        return checksum.isPresent() ? checksum.get().over(body) : body;
    }

    private static Optional<DeclaredDigest> checksum(Headers headers) {
        Optional<DeclaredDigest> found = Optional.empty();
        for (String name : headers.names()) {
            if (!name.startsWith(CHECKSUM_PREFIX) || name.equals(CHECKSUM_TYPE) || name.equals(CHECKSUM_ALGORITHM)) {
                continue;
            }
            Algorithm algorithm = ALGORITHMS.get(name.substring(CHECKSUM_PREFIX.length()));
            byte[] value = ObjectHeaders.base64(headers.joined(name).orElseThrow());
            if (found.isPresent() || algorithm == null || value.length != algorithm.length) {
                throw malformed(name);
            }
            found = Optional.of(new DeclaredDigest(name, () -> value, algorithm));
        }
        return found;
    }

    /** The checksum that is to come as a trailer. Other trailers mean nothing here. */
    private static Optional<String> announced(Headers headers) {
        Optional<String> found = Optional.empty();
        for (String name : headers.joined(TRAILER).orElse("").split(",", -1)) {
            String trailer = name.strip().toLowerCase(Locale.ROOT);
            if (trailer.startsWith(CHECKSUM_PREFIX)) {
                if (found.isPresent() || !ALGORITHMS.containsKey(trailer.substring(CHECKSUM_PREFIX.length()))) {
                    throw malformed(trailer);
                }
                found = Optional.of(trailer);
            }
        }
        return found;
    }

    private static DeclaredDigest inTrailer(String trailer, Supplier<Map<String, String>> trailers) {
        Algorithm algorithm = Objects.requireNonNull(ALGORITHMS.get(trailer.substring(CHECKSUM_PREFIX.length())));
        return new DeclaredDigest(
                trailer, () -> ObjectHeaders.base64(trailers.get().getOrDefault(trailer, "")), algorithm);
    }

    private static FlareException malformed(String name) {
        return new FlareException(
                Fault.INVALID_REQUEST, name + " must be the one checksum, in base64, of a known algorithm");
    }

    /** The end is an element of its own, which a failing body never reaches. */
    private Source<ByteString, ?> over(Source<ByteString, ?> body) {
        return body.map(Optional::of).concat(Source.single(Optional.empty())).mapConcat(this::step);
    }

    private List<ByteString> step(Optional<ByteString> piece) {
        if (piece.isPresent()) {
            piece.get().getByteBuffers().forEach(digest::update);
            return List.of(piece.get());
        }
        if (!MessageDigest.isEqual(digest.finish(), expected.get())) {
            throw new FlareException(Fault.BAD_DIGEST, name + " is not that of the bytes received");
        }
        return List.of();
    }

    private interface Digest {
        void update(ByteBuffer bytes);

        byte[] finish();
    }

    private record Algorithm(int length, Supplier<Digest> start) {}

    private record OfChecksum(Checksum checksum, int length) implements Digest {
        @Override
        public void update(ByteBuffer bytes) {
            checksum.update(bytes);
        }

        @Override
        public byte[] finish() {
            byte[] value =
                    ByteBuffer.allocate(Long.BYTES).putLong(checksum.getValue()).array();
            return Arrays.copyOfRange(value, Long.BYTES - length, Long.BYTES);
        }
    }

    private static final class OfMessageDigest implements Digest {
        private final MessageDigest digest;

        OfMessageDigest(String algorithm) {
            try {
                this.digest = MessageDigest.getInstance(algorithm);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + algorithm, e);
            }
        }

        @Override
        public void update(ByteBuffer bytes) {
            digest.update(bytes);
        }

        @Override
        public byte[] finish() {
            return digest.digest();
        }
    }
}
