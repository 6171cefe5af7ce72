package flare.http;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;

/**
 * The value of an {@code If-Match} or {@code If-None-Match} header (RFC 9110 section 13.1): tags without their quotes, or
 * {@code *} for any. Unquoted tags are taken too, as S3 does.
 */
record EntityTags(List<Tag> tags) {

    static final String ANY = "*";

    record Tag(boolean weak, String value) {}

    EntityTags {
        tags = List.copyOf(tags);
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT: a condition that can't be read must not be ignored. */
    static EntityTags parse(String header) {
        List<Tag> tags = new ArrayList<>();
        int at = 0;
        while (at < header.length()) {
            char c = header.charAt(at);
            if (c == ',' || c == ' ' || c == '\t') {
                at++;
                continue;
            }
            boolean weak = header.startsWith("W/\"", at);
            int start = weak ? at + 2 : at;
            boolean quoted = header.charAt(start) == '"';
            int end = header.indexOf(quoted ? '"' : ',', start + 1);
            if (quoted && end < 0) {
                throw new FlareException(Fault.INVALID_ARGUMENT, "'" + header + "' is no list of entity tags");
            }
            end = end < 0 ? header.length() : end;
            tags.add(new Tag(
                    weak,
                    quoted
                            ? quoted(header, start, end)
                            : header.substring(start, end).strip()));
            at = quoted ? end + 1 : end;
        }
        if (tags.isEmpty()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "an entity tag is missing");
        }
        return new EntityTags(tags);
    }

    /** A quoted asterisk is a tag like others, and keeps its quotes to be none that means any. */
    private static String quoted(String header, int start, int end) {
        String tag = header.substring(start + 1, end);
        return tag.equals(ANY) ? header.substring(start, end + 1) : tag;
    }

    /** Strong comparison: a weak tag matches nothing. */
    boolean matchesStrongly(String etag) {
        return tags.stream()
                .anyMatch(tag ->
                        !tag.weak() && (tag.value().equals(etag) || tag.value().equals(ANY)));
    }

    boolean matchesWeakly(String etag) {
        return tags.stream()
                .anyMatch(tag -> tag.value().equals(etag) || tag.value().equals(ANY));
    }

    /** For a strong comparison: weak tags keep their mark, so that they equal no ETag. */
    List<String> strongValues() {
        return tags.stream()
                .map(tag -> tag.weak() ? "W/" + tag.value() : tag.value())
                .toList();
    }

    List<String> weakValues() {
        return tags.stream().map(Tag::value).toList();
    }
}
