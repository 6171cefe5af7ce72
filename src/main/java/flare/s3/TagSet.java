package flare.s3;

import flare.http.Headers;
import flare.http.PercentCode;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tags of an object, as a header and as a document have them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html">Object tagging</a>
 */
final class TagSet {

    static final String HEADER = "x-amz-tagging";

    private TagSet() {}

    /** {@code key=value&…}, encoded as a query; none without the header. Throws {@link FlareException} with INVALID_TAG. */
    static Map<String, String> ofHeader(Headers headers) {
        Map<String, String> tags = new TreeMap<>();
        for (String pair : headers.first(HEADER).orElse("").split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String key = PercentCode.decodeQuery(equals < 0 ? pair : pair.substring(0, equals));
                add(tags, key, equals < 0 ? "" : PercentCode.decodeQuery(pair.substring(equals + 1)));
            }
        }
        return bounded(tags, ObjectExtras.MAX_TAGS);
    }

    /** As {@link #ofHeader} reads it. */
    static String header(Map<String, String> tags) {
        StringBuilder header = new StringBuilder();
        tags.forEach((key, value) -> header.append(header.isEmpty() ? "" : "&")
                .append(URLEncoder.encode(key, StandardCharsets.UTF_8))
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return header.toString();
    }

    /** A {@code Tagging} document. Throws {@link FlareException} with MALFORMED_XML or INVALID_TAG. */
    static Map<String, String> ofDocument(byte[] document) {
        return ofDocument(document, ObjectExtras.MAX_TAGS);
    }

    /** The same of what may have more tags than an object. */
    static Map<String, String> ofDocument(byte[] document, int maxTags) {
        XmlElement set = XmlElement.parse(document, "Tagging")
                .knowing("TagSet")
                .only("TagSet")
                .knowing("Tag");
        Map<String, String> tags = new TreeMap<>();
        for (XmlElement tag : set.all("Tag")) {
            tag.knowing("Key", "Value");
            add(tags, tag.only("Key").text(), tag.only("Value").text());
        }
        return bounded(tags, maxTags);
    }

    private static void add(Map<String, String> tags, String key, String value) {
        if (key.isEmpty()
                || key.codePointCount(0, key.length()) > ObjectExtras.MAX_TAG_KEY
                || value.codePointCount(0, value.length()) > ObjectExtras.MAX_TAG_VALUE
                || (key + value).chars().anyMatch(Character::isISOControl)) {
            throw new FlareException(
                    Fault.INVALID_TAG,
                    "a tag has a key of 1 to " + ObjectExtras.MAX_TAG_KEY + " characters and a value of at most "
                            + ObjectExtras.MAX_TAG_VALUE);
        }
        if (tags.put(key, value) != null) {
            throw new FlareException(Fault.INVALID_TAG, "there is more than one tag with the key '" + key + "'");
        }
    }

    private static Map<String, String> bounded(Map<String, String> tags, int maxTags) {
        if (tags.size() > maxTags) {
            throw new FlareException(
                    Fault.INVALID_TAG, "there may be " + maxTags + " tags at most, here are " + tags.size());
        }
        return tags;
    }
}
