package flare.s3;

import flare.http.Headers;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BodyChecks;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The checksums of multipart uploads: chosen when one is begun, said with each part and at the end.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">Checking integrity</a>
 */
final class UploadChecksums {

    private static final String PREFIX = "x-amz-checksum-";
    private static final String ALGORITHM = "x-amz-checksum-algorithm";
    private static final String TYPE = "x-amz-checksum-type";

    private UploadChecksums() {}

    static Optional<ChecksumAlgorithm> algorithm(Headers headers) {
        return headers.first(ALGORITHM)
                .map(name -> named(name)
                        .orElseThrow(() -> new FlareException(
                                Fault.INVALID_REQUEST, ALGORITHM + " = " + name + " is not one there is")));
    }

    /** The default is FULL_OBJECT where it can be told from the parts' (CRC64NVME), else COMPOSITE, as S3 has it. */
    static Checksum.Type type(Headers headers, Optional<ChecksumAlgorithm> algorithm) {
        Optional<String> asked = headers.first(TYPE);
        boolean full = asked.map("FULL_OBJECT"::equals)
                .orElse(algorithm.filter(ChecksumAlgorithm.CRC64NVME::equals).isPresent());
        boolean known = asked.map(text -> text.equals("FULL_OBJECT") || text.equals("COMPOSITE"))
                .orElse(true);
        boolean possible = algorithm
                .map(chosen -> full ? chosen.isCrc() : chosen != ChecksumAlgorithm.CRC64NVME)
                .orElse(asked.isEmpty());
        if (!known || !possible) {
            throw new FlareException(
                    Fault.INVALID_REQUEST,
                    TYPE + " = " + asked.orElse("") + " does not go with " + ALGORITHM + " = "
                            + algorithm.map(Enum::name).orElse("none"));
        }
        return full ? Checksum.Type.FULL_OBJECT : Checksum.Type.COMPOSITE;
    }

    /** Of one part: what is computed, kept and expected of its bytes. Throws {@link FlareException} with INVALID_REQUEST. */
    static BodyChecks checks(Headers headers, RequestContent content, Optional<ChecksumAlgorithm> kept) {
        Set<ChecksumAlgorithm> compute = EnumSet.noneOf(ChecksumAlgorithm.class);
        kept.ifPresent(compute::add);
        List<BodyChecks.Expected> declared = declared(headers);
        declared.forEach(expected -> compute.add(expected.algorithm()));
        List<ChecksumAlgorithm> trailing = new ArrayList<>();
        for (String name : headers.joined("x-amz-trailer").orElse("").split(",", -1)) {
            byName(name.strip().toLowerCase(Locale.ROOT)).ifPresent(trailing::add);
        }
        compute.addAll(trailing);
        if (declared.size() + trailing.size() > 1) {
            throw new FlareException(Fault.INVALID_REQUEST, "a body has one checksum at most");
        }
        return new BodyChecks(compute, kept, () -> {
            List<BodyChecks.Expected> expected = new ArrayList<>(declared);
            Map<String, String> trailers = content.trailers().get();
            trailing.forEach(algorithm ->
                    expected.add(new BodyChecks.Expected(algorithm, trailers.getOrDefault(header(algorithm), ""))));
            return expected;
        });
    }

    /** Of the finished object, as its client has it. */
    static Optional<String> expected(Headers headers) {
        List<BodyChecks.Expected> declared = declared(headers);
        if (declared.size() > 1) {
            throw new FlareException(Fault.INVALID_REQUEST, "an object has one checksum at most");
        }
        return declared.stream().map(BodyChecks.Expected::value).findFirst();
    }

    /** Of one part in the list that completes an upload. */
    static Optional<String> ofPart(XmlElement part) {
        Optional<String> found = Optional.empty();
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            found = found.or(() -> part.child("Checksum" + algorithm.name())
                    .map(value -> value.text().strip()));
        }
        return found;
    }

    static HttpResponse announce(HttpResponse response, Optional<ChecksumAlgorithm> algorithm, Checksum.Type type) {
        return algorithm.isEmpty()
                ? response
                : response.addHeader(RawHeader.create(ALGORITHM, algorithm.get().name()))
                        .addHeader(RawHeader.create(TYPE, type.name()));
    }

    static HttpResponse addTo(HttpResponse response, Optional<Checksum> checksum) {
        return checksum.isEmpty()
                ? response
                : response.addHeader(RawHeader.create(
                        header(checksum.get().algorithm()), checksum.get().value()));
    }

    private static List<BodyChecks.Expected> declared(Headers headers) {
        List<BodyChecks.Expected> declared = new ArrayList<>();
        for (String name : headers.names()) {
            byName(name)
                    .ifPresent(algorithm -> declared.add(new BodyChecks.Expected(
                            algorithm, headers.joined(name).orElseThrow().strip())));
        }
        return declared;
    }

    private static Optional<ChecksumAlgorithm> byName(String header) {
        return header.startsWith(PREFIX) ? named(header.substring(PREFIX.length())) : Optional.empty();
    }

    private static Optional<ChecksumAlgorithm> named(String text) {
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            if (algorithm.name().equalsIgnoreCase(text)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    private static String header(ChecksumAlgorithm algorithm) {
        return PREFIX + algorithm.name().toLowerCase(Locale.ROOT);
    }
}
