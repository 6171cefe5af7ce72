package flare.s3;

import flare.http.Headers;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a request's {@code x-amz-*} headers and conditions, or a form's fields of such names, may be: those that something here
 * acts on, those that change nothing, those that the operator has named, and no other. One that is not known might ask for
 * what does not happen, so it is refused; as is one that is known, but not to the operation.
 */
final class AmzHeaders {

    private static final String PREFIX = "x-amz-";
    private static final String SECURITY_TOKEN = "x-amz-security-token";
    private static final String SESSION_TOKEN = "x-amz-s3session-token";

    /** Acted on by the signature, the body, or the operations that have them. */
    private static final Set<String> ACTED_ON = Set.of(
            "x-amz-acl",
            "x-amz-algorithm",
            "x-amz-bucket-object-lock-enabled",
            "x-amz-content-sha256",
            "x-amz-copy-source",
            "x-amz-copy-source-if-match",
            "x-amz-copy-source-if-modified-since",
            "x-amz-copy-source-if-none-match",
            "x-amz-copy-source-if-unmodified-since",
            "x-amz-copy-source-range",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-decoded-content-length",
            "x-amz-expected-bucket-owner",
            "x-amz-expires",
            "x-amz-max-parts",
            "x-amz-metadata-directive",
            "x-amz-mp-object-size",
            "x-amz-object-attributes",
            "x-amz-object-ownership",
            "x-amz-part-number-marker",
            "x-amz-sdk-checksum-algorithm",
            "x-amz-signature",
            "x-amz-signedheaders",
            "x-amz-source-expected-bucket-owner",
            "x-amz-storage-class",
            "x-amz-tagging",
            "x-amz-tagging-directive",
            "x-amz-trailer");

    /** These mean something to the operations whose rule says so, and nothing to others. */
    private static final Set<String> OF_SOME = Stream.of(
                    ServiceRoute.values(), BucketRoute.values(), ObjectRoute.values())
            .flatMap(Stream::<Route>of)
            .flatMap(route -> route.rule().headers().stream())
            .collect(Collectors.toUnmodifiableSet());

    private static final List<String> ACTED_ON_PREFIXES =
            List.of(ObjectHeaders.META_PREFIX, ChecksumHeaders.PREFIX, "x-amz-grant-");

    /**
     * Change nothing: leave to pass over locks and MFA where there are none, to pay where nobody is billed, or to be told what
     * no object has; and what agents and proxies say of themselves. {@code x-amz-te} offers to take an MD5 behind the bytes of a
     * GET, as the AWS SDK for Java does with every one; an answer without x-amz-transfer-encoding has none.
     */
    private static final Set<String> HARMLESS = Set.of(
            "x-amz-bypass-governance-retention",
            "x-amz-cf-id",
            "x-amz-confirm-remove-self-bucket-access",
            "x-amz-mfa",
            "x-amz-optional-object-attributes",
            "x-amz-request-payer",
            "x-amz-te",
            "x-amz-user-agent");

    private static final Set<String> READS = Set.of("GET", "HEAD");

    private final Set<String> ignored;

    /** @param ignored names in lower case that are let pass without effect, by the operator's word */
    AmzHeaders(Collection<String> ignored) {
        this.ignored = Set.copyOf(ignored);
    }

    /** Throws {@link FlareException} with NOT_IMPLEMENTED, INVALID_TOKEN, INVALID_STORAGE_CLASS. */
    void check(Headers headers, Route route) {
        for (String name : headers.names()) {
            if (name.startsWith(PREFIX)) {
                check(name);
            }
            if (isOfSome(name, route.rule()) && !route.rule().headers().contains(name)) {
                throw new FlareException(
                        Fault.NOT_IMPLEMENTED, "header " + name + " of " + route.operation() + " is not implemented");
            }
        }
        headers.first("x-amz-storage-class")
                .filter(name -> !name.equals("STANDARD"))
                .ifPresent(name -> {
                    throw new FlareException(
                            Fault.INVALID_STORAGE_CLASS,
                            "the storage class '" + name + "' is not one there is: all is kept as STANDARD");
                });
    }

    private static boolean isOfSome(String name, Route.Rule rule) {
        return OF_SOME.contains(name) && !(Route.Rule.CONDITIONS.contains(name) && READS.contains(rule.method()));
    }

    private void check(String name) {
        if (name.equals(SECURITY_TOKEN) || name.equals(SESSION_TOKEN)) {
            throw new FlareException(
                    Fault.INVALID_TOKEN,
                    name + " is of temporary credentials, which there are none of: use a key pair without a token");
        }
        boolean known = ACTED_ON.contains(name)
                || HARMLESS.contains(name)
                || ignored.contains(name)
                || ACTED_ON_PREFIXES.stream().anyMatch(name::startsWith);
        if (!known) {
            throw new FlareException(
                    Fault.NOT_IMPLEMENTED,
                    "header " + name + " is not implemented: leave it out, or have the operator name it in"
                            + " flare.s3.ignored-headers");
        }
    }
}
