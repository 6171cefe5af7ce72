package flare.s3;

import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.object.ObjectService.ListRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The parameters of a listing.
 *
 * @param startAfter {@code start-after}, or {@code marker} in version 1; may be empty
 * @param token the continuation token as the client sent it
 */
record ListQuery(
        Version version,
        BucketName bucket,
        String prefix,
        String delimiter,
        String startAfter,
        Optional<String> token,
        int maxKeys,
        boolean urlEncoded,
        boolean withOwner) {

    enum Version {
        V1,
        V2
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT. */
    static ListQuery parse(Version version, BucketName bucket, RawTarget target, int maxListPage) {
        boolean first = version == Version.V1;
        if (!first && !target.parameter("list-type").orElse("").equals("2")) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "list-type must be 2");
        }
        ListQuery query = new ListQuery(
                version,
                bucket,
                bounded("prefix", target),
                bounded("delimiter", target),
                bounded(first ? "marker" : "start-after", target),
                first ? Optional.empty() : target.parameter("continuation-token"),
                Counts.parse("max-keys", target.parameter("max-keys"), maxListPage),
                urlEncoded(target),
                first
                        || target.parameter("fetch-owner")
                                .filter(value -> value.equals("true"))
                                .isPresent());
        query.after();
        return query;
    }

    ListRequest request() {
        return new ListRequest(bucket, utf8(prefix), utf8(delimiter), after(), maxKeys);
    }

    /** The token under which this listing goes on behind {@code next}. */
    String tokenFor(byte[] next) {
        return ContinuationToken.encode(next, scope());
    }

    private byte[] after() {
        // An empty token is S3's for the beginning.
        return token.filter(given -> !given.isEmpty())
                .map(given -> ContinuationToken.decode(given, scope()))
                .orElseGet(() -> utf8(startAfter));
    }

    /** A token is good for the listing it came from. */
    private String scope() {
        return bucket.value() + "\0" + prefix + "\0" + delimiter;
    }

    static String bounded(String name, RawTarget target) {
        String value = target.parameter(name).orElse("");
        if (utf8(value).length > ObjectKey.MAX_BYTES) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, name + " is longer than a key may be: " + ObjectKey.MAX_BYTES + " bytes");
        }
        return value;
    }

    static boolean urlEncoded(RawTarget target) {
        Optional<String> type = target.parameter("encoding-type");
        if (type.isPresent() && !type.get().equals("url")) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "encoding-type = " + type.get() + ": only url is allowed");
        }
        return type.isPresent();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
