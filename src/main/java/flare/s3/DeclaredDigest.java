package flare.s3;

import flare.http.Headers;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A digest of the body that the client declared in a header ({@code x-amz-checksum-*}, {@code x-amz-content-sha256}).
 * The body fails with BAD_DIGEST or PAYLOAD_HASH_MISMATCH at its end, before anything is committed, if its bytes are
 * others.
 */
final class DeclaredDigest {

    private static final String CHECKSUM_PREFIX = "x-amz-checksum-";
    private static final String CHECKSUM_TYPE = "x-amz-checksum-type";
    private static final String CHECKSUM_ALGORITHM = "x-amz-checksum-algorithm";
    private static final String PAYLOAD_SHA256 = "x-amz-content-sha256";

    private static final Algorithm MD5 = new Algorithm(16, () -> new OfMessageDigest("MD5"));
    private static final Algorithm SHA_256 = new Algorithm(32, () -> new OfMessageDigest("SHA-256"));
    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "crc32", new Algorithm(4, () -> new OfChecksum(new CRC32(), 4)),
            "crc32c", new Algorithm(4, () -> new OfChecksum(new CRC32C(), 4)),
            "crc64nvme", new Algorithm(8, () -> new OfChecksum(new Crc64Nvme(), 8)),
            "sha1", new Algorithm(20, () -> new OfMessageDigest("SHA-1")),
            "sha256", SHA_256);

    private final String header;
    private final byte[] expected;
    private final Digest digest;

    private DeclaredDigest(String header, byte[] expected, Algorithm algorithm) {
        this.header = header;
        this.expected = expected;
        this.digest = algorithm.start.get();
    }

    /** Whether {@link #checked} has nothing to check. */
    static boolean none(Headers headers) {
        return payload(headers).isEmpty() && checksum(headers).isEmpty();
    }

    /** Whether one of {@code x-amz-checksum-*} is there; throws as {@link #checked} does. */
    static boolean hasChecksum(Headers headers) {
        return checksum(headers).isPresent();
    }

    /** The same with an MD5, for a body that nobody else computes it of. */
    static Source<ByteString, ?> checked(Headers headers, Optional<byte[]> md5, Source<ByteString, ?> body) {
        Source<ByteString, ?> checked = checked(headers, body);
        return md5.isPresent() ? new DeclaredDigest("content-md5", md5.get(), MD5).over(checked) : checked;
    }

    /** Throws {@link FlareException} with INVALID_REQUEST for a malformed or unknown checksum, or more than one. */
    static Source<ByteString, ?> checked(Headers headers, Source<ByteString, ?> body) {
        Source<ByteString, ?> checked = body;
        Optional<DeclaredDigest> checksum = checksum(headers);
        if (checksum.isPresent()) {
            checked = checksum.get().over(checked);
        }
        Optional<DeclaredDigest> payload = payload(headers);
        return payload.isPresent() ? payload.get().over(checked) : checked;
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
                throw new FlareException(
                        Fault.INVALID_REQUEST, name + " must be the one checksum, in base64, of a known algorithm");
            }
            found = Optional.of(new DeclaredDigest(name, value, algorithm));
        }
        return found;
    }

    /** Other values than 64 hex digits speak of signatures (UNSIGNED-PAYLOAD). */
    private static Optional<DeclaredDigest> payload(Headers headers) {
        return headers.first(PAYLOAD_SHA256)
                .filter(value -> value.matches("[0-9a-fA-F]{64}"))
                .map(value -> new DeclaredDigest(PAYLOAD_SHA256, HexFormat.of().parseHex(value), SHA_256));
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
        if (!MessageDigest.isEqual(digest.finish(), expected)) {
            Fault fault = header.equals(PAYLOAD_SHA256) ? Fault.PAYLOAD_HASH_MISMATCH : Fault.BAD_DIGEST;
            throw new FlareException(fault, header + " is not that of the bytes received");
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
