package flare.model;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a client says of an object beside its bytes, kept as it was given.
 *
 * @param headers the representation headers that are stored and sent back (Cache-Control, Content-Disposition,
 *     Content-Encoding, Content-Language, Expires), lower-case names
 * @param userMetadata {@code x-amz-meta-*} without the prefix, lower-case names
 */
public record ObjectAttributes(
        Optional<String> contentType, Map<String, String> headers, Map<String, String> userMetadata) {

    public static final ObjectAttributes NONE = new ObjectAttributes(Optional.empty(), Map.of(), Map.of());

    public ObjectAttributes {
        Objects.requireNonNull(contentType);
        headers = java.util.Collections.unmodifiableMap(new TreeMap<>(headers));
        userMetadata = java.util.Collections.unmodifiableMap(new TreeMap<>(userMetadata));
    }
}
