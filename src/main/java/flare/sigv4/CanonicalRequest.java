package flare.sigv4;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The text whose hash is signed: method, path, query, signed headers, payload. For S3 the path is neither normalised nor
 * encoded twice.
 *
 * <p>Clients differ in what they do to characters that need no escape, or might have one: some sign what they send, some
 * what the specification would have sent. Both are tried. That lets nothing through that was not signed: each form of a
 * target names, when decoded, the same key and the same parameters as the target itself, so one text is never the form of
 * two different requests.
 */
final class CanonicalRequest {

    private CanonicalRequest() {}

    /**
     * One text for each form in which the target may have been signed, as sent first; all but always one.
     *
     * @param signedHeaders in order; each must be in the request
     * @param query of the request, without a signature that it carries itself
     */
    static List<String> candidates(
            WireRequest request, QueryText query, List<String> signedHeaders, String payloadText) {
        String headers = headers(request, signedHeaders);
        List<String> candidates = new ArrayList<>(1);
        for (String path : forms(request.rawPath(), UriText.reencodePath(request.rawPath()))) {
            for (String queryText : forms(query.sortedAsSent(), query.sortedReencoded())) {
                candidates.add(request.method() + "\n" + path + "\n" + queryText + "\n" + headers + "\n" + payloadText);
            }
        }
        return candidates;
    }

    private static Set<String> forms(String asSent, String reencoded) {
        Set<String> forms = new LinkedHashSet<>();
        forms.add(asSent);
        forms.add(reencoded);
        return forms;
    }

    private static String headers(WireRequest request, List<String> signedHeaders) {
        StringBuilder out = new StringBuilder();
        for (String name : signedHeaders) {
            String value = request.values(name).stream()
                    .map(CanonicalRequest::collapsed)
                    .collect(Collectors.joining(","));
            out.append(name).append(':').append(value).append('\n');
        }
        return out.append('\n').append(String.join(";", signedHeaders)).toString();
    }

    /** Trimmed, runs of white space as one space; by hand, since it runs for each header of each request. */
    private static String collapsed(String value) {
        StringBuilder out = new StringBuilder(value.length());
        boolean pending = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t') {
                pending = out.length() > 0;
            } else {
                if (pending) {
                    out.append(' ');
                    pending = false;
                }
                out.append(c);
            }
        }
        return out.toString();
    }
}
