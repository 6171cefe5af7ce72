package flare.s3;

import flare.http.Headers;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BodyChecks;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Checksums as headers, form fields and trailers carry them: what a client says of its bytes, and what it is told of them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">Checking integrity</a>
 */
final class ChecksumHeaders {

    static final String PREFIX = "x-amz-checksum-";
    static final String ALGORITHM = PREFIX + "algorithm";
    static final String TYPE = PREFIX + "type";

    private static final String MODE = PREFIX + "mode";
    private static final Set<String> WITHOUT_A_VALUE = Set.of(ALGORITHM, TYPE, MODE);
    private static final String SDK_ALGORITHM = "x-amz-sdk-checksum-algorithm";
    private static final String TRAILER = "x-amz-trailer";

    private ChecksumHeaders() {}

    /** Of an object that is put whole: what is said of its bytes must hold, and is kept. */
    static BodyChecks ofObject(Headers headers, RequestContent content) {
        Said said = Said.of(headers, content);
        Optional<ChecksumAlgorithm> named = algorithm(headers);
        if (named.isPresent() && said.algorithm().filter(named.get()::equals).isEmpty() && !said.isNone()) {
            throw invalid(ALGORITHM + " is " + named.get() + ", the checksum is of "
                    + said.algorithm().orElseThrow());
        }
        if (headers.first(TYPE)
                .filter(type -> !type.equals(Checksum.Type.FULL_OBJECT.name()))
                .isPresent()) {
            throw invalid(TYPE + " of an object that is put whole is FULL_OBJECT");
        }
        return said.checks(said.algorithm().or(() -> named), content.trailers());
    }

    /** Of a form's file. */
    static BodyChecks ofForm(Headers fields) {
        Said said = Said.of(declared(fields), List.of());
        return said.checks(said.algorithm().or(() -> algorithm(fields)), Map::of);
    }

    /** Of a part or a document. Throws {@link FlareException} with INVALID_REQUEST, BAD_DIGEST for what is no checksum. */
    static BodyChecks of(Headers headers, RequestContent content, Optional<ChecksumAlgorithm> kept) {
        return Said.of(headers, content).checks(kept, content.trailers());
    }

    /** Whether a checksum vouches for the body. */
    static boolean isThere(Headers headers, RequestContent content) {
        return !Said.of(headers, content).isNone();
    }

    /** The one that is asked for by its name. Throws {@link FlareException} with INVALID_REQUEST. */
    static Optional<ChecksumAlgorithm> algorithm(Headers headers) {
        return named(headers, ALGORITHM);
    }

    /** Of a finished object, as its client has it. */
    static Optional<String> expected(Headers headers) {
        List<BodyChecks.Expected> declared = declaredAsSent(headers);
        if (declared.size() > 1) {
            throw several();
        }
        return declared.stream().map(BodyChecks.Expected::value).findFirst();
    }

    /** Of what kind it is to be. Throws {@link FlareException} with INVALID_REQUEST for none there is. */
    static Optional<Checksum.Type> type(Headers headers) {
        return headers.first(TYPE).map(text -> {
            for (Checksum.Type type : Checksum.Type.values()) {
                if (type.name().equals(text)) {
                    return type;
                }
            }
            throw invalid(TYPE + " must be FULL_OBJECT or COMPOSITE, here '" + text + "'");
        });
    }

    /** Whether checksums are to be answered. Throws {@link FlareException} with INVALID_ARGUMENT. */
    static boolean wanted(Headers headers) {
        Optional<String> mode = headers.first(MODE);
        if (mode.isPresent() && !mode.get().equalsIgnoreCase("ENABLED")) {
            throw new FlareException(Fault.INVALID_ARGUMENT, MODE + " must be ENABLED, here '" + mode.get() + "'");
        }
        return mode.isPresent();
    }

    /** Whether it names a checksum of the body, or the algorithm of one. */
    static boolean isOfBody(String header) {
        return header.equalsIgnoreCase(SDK_ALGORITHM) || valued(header).isPresent();
    }

    /** Whether it is the checksum of no bytes. */
    static boolean isOfNothing(String header, String value) {
        return valued(header)
                .filter(a ->
                        Base64.getEncoder().encodeToString(a.start().finish()).equals(value))
                .isPresent();
    }

    private static Optional<ChecksumAlgorithm> valued(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return name.startsWith(PREFIX) ? named(name.substring(PREFIX.length())) : Optional.empty();
    }

    static HttpResponse addTo(HttpResponse response, Optional<Checksum> checksum) {
        return checksum.isEmpty()
                ? response
                : addTo(response, checksum, checksum.get().type());
    }

    /** @param type of the object's checksum, which that of its part is answered with */
    static HttpResponse addTo(HttpResponse response, Optional<Checksum> checksum, Checksum.Type type) {
        return checksum.isEmpty()
                ? response
                : response.addHeader(RawHeader.create(
                                header(checksum.get().algorithm()),
                                checksum.get().value()))
                        .addHeader(RawHeader.create(TYPE, type.name()));
    }

    /** What a client says of a body before it sends it: a value, or in which trailer one will come. */
    private record Said(List<BodyChecks.Expected> declared, List<ChecksumAlgorithm> trailing) {

        static Said of(Headers headers, RequestContent content) {
            List<ChecksumAlgorithm> trailing = ChecksumHeaders.trailing(headers);
            if (!trailing.isEmpty() && !content.hasTrailers()) {
                throw new FlareException(
                        Fault.MALFORMED_TRAILER,
                        TRAILER + " announces a checksum, but x-amz-content-sha256 is of a body without trailers");
            }
            Said said = of(ChecksumHeaders.declared(headers), trailing);
            said.requireWhatSdkNames(headers);
            return said;
        }

        static Said of(List<BodyChecks.Expected> declared, List<ChecksumAlgorithm> trailing) {
            if (declared.size() + trailing.size() > 1) {
                throw several();
            }
            return new Said(declared, trailing);
        }

        Optional<ChecksumAlgorithm> algorithm() {
            return declared.stream()
                    .map(BodyChecks.Expected::algorithm)
                    .findFirst()
                    .or(() -> trailing.stream().findFirst());
        }

        boolean isNone() {
            return algorithm().isEmpty();
        }

        BodyChecks checks(Optional<ChecksumAlgorithm> kept, Supplier<Map<String, String>> trailers) {
            Set<ChecksumAlgorithm> compute = EnumSet.noneOf(ChecksumAlgorithm.class);
            kept.ifPresent(compute::add);
            algorithm().ifPresent(compute::add);
            return compute.isEmpty() ? BodyChecks.NONE : new BodyChecks(compute, kept, () -> expected(trailers));
        }

        private List<BodyChecks.Expected> expected(Supplier<Map<String, String>> trailers) {
            List<BodyChecks.Expected> expected = new ArrayList<>(declared);
            for (ChecksumAlgorithm algorithm : trailing) {
                String value = trailers.get().getOrDefault(header(algorithm), "");
                expected.add(new BodyChecks.Expected(algorithm, value));
            }
            return expected;
        }

        /** <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html">PutObject</a>: 400 and BadDigest. */
        private void requireWhatSdkNames(Headers headers) {
            Optional<ChecksumAlgorithm> named = ChecksumHeaders.named(headers, SDK_ALGORITHM);
            if (named.isEmpty() || algorithm().equals(named)) {
                return;
            }
            if (isNone()) {
                throw invalid(SDK_ALGORITHM + " is there, but no " + header(named.get())
                        + ", neither as a header nor in " + TRAILER);
            }
            throw new FlareException(
                    Fault.BAD_DIGEST,
                    SDK_ALGORITHM + " is " + named.get() + ", the checksum is of "
                            + algorithm().orElseThrow());
        }
    }

    private static List<BodyChecks.Expected> declared(Headers headers) {
        List<BodyChecks.Expected> declared = declaredAsSent(headers);
        for (BodyChecks.Expected one : declared) {
            if (ObjectHeaders.base64(one.value()).length != one.algorithm().bytes()) {
                throw new FlareException(
                        Fault.BAD_DIGEST,
                        header(one.algorithm()) + " = '" + one.value() + "' is not the base64 of "
                                + one.algorithm().bytes() + " bytes");
            }
        }
        return declared;
    }

    private static List<BodyChecks.Expected> declaredAsSent(Headers headers) {
        List<BodyChecks.Expected> declared = new ArrayList<>();
        for (String name : headers.names()) {
            if (name.startsWith(PREFIX) && !WITHOUT_A_VALUE.contains(name)) {
                declared.add(new BodyChecks.Expected(
                        byHeader(name), headers.joined(name).orElseThrow().strip()));
            }
        }
        return declared;
    }

    private static List<ChecksumAlgorithm> trailing(Headers headers) {
        List<ChecksumAlgorithm> trailing = new ArrayList<>();
        for (String text : headers.joined(TRAILER).orElse("").split(",", -1)) {
            String name = text.strip().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                trailing.add(byHeader(name));
            }
        }
        return trailing;
    }

    private static ChecksumAlgorithm byHeader(String name) {
        return named(name.substring(PREFIX.length()))
                .orElseThrow(() -> invalid(name
                        + " is of no algorithm that is known: crc32, crc32c, crc64nvme, sha1 and" + " sha256 are"));
    }

    private static Optional<ChecksumAlgorithm> named(Headers headers, String header) {
        return headers.first(header)
                .map(name -> named(name.strip())
                        .orElseThrow(() -> invalid(header + " = '" + name + "' is no algorithm that is known")));
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

    private static FlareException several() {
        return invalid("a body or an object has one checksum at most");
    }

    private static FlareException invalid(String message) {
        return new FlareException(Fault.INVALID_REQUEST, message);
    }
}
