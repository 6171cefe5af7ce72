package flare.sigv4;

import java.util.List;

/** The list of headers that a signature covers, and what it must cover. */
final class SignedHeaders {

    /** As many as the HTTP layer takes of any. */
    static final int MAX_HEADERS = 64;

    private static final String AMZ_PREFIX = "x-amz-";

    private SignedHeaders() {}

    /** {@code host;x-amz-date}: in lower case, in order, none twice. */
    static List<String> parse(String text, SignatureFault malformed) {
        List<String> names = List.of(text.split(";", MAX_HEADERS + 1));
        String last = "";
        for (String name : names) {
            if (!isName(name) || name.compareTo(last) <= 0 || names.size() > MAX_HEADERS) {
                throw new SignatureRefusedException(
                        malformed,
                        "SignedHeaders must be up to " + MAX_HEADERS
                                + " lower-case names in order, none twice, with ';' between them");
            }
            last = name;
        }
        return names;
    }

    /**
     * Host, since a signature must not serve another endpoint; every {@code x-amz-*} header, since S3 acts on them and one
     * that was added on the way would be obeyed; and what was signed must be there.
     */
    static void requireCovered(WireRequest request, List<String> signedHeaders) {
        if (!signedHeaders.contains("host")) {
            throw new SignatureRefusedException(SignatureFault.HEADERS_NOT_SIGNED, "the host header is not signed");
        }
        for (String name : request.headers().keySet()) {
            if (name.startsWith(AMZ_PREFIX) && !signedHeaders.contains(name)) {
                throw new SignatureRefusedException(
                        SignatureFault.HEADERS_NOT_SIGNED, "the header " + name + " is there but not signed");
            }
        }
        for (String name : signedHeaders) {
            if (!request.has(name)) {
                throw new SignatureRefusedException(
                        SignatureFault.SIGNATURE_MISMATCH, "the header " + name + " is signed but not there");
            }
        }
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != ':' && (c < 'A' || c > 'Z'));
    }
}
