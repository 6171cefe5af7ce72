package flare.model;

import java.util.List;

/**
 * What must hold of the current version for a write to take effect; decided in the log, when the command applies (I4).
 * Both lists empty: no condition. An ETag of {@code *} stands for any existing version.
 *
 * @param ifMatch the current ETag must be one of these (RFC 9110 section 13.1.1)
 * @param ifNoneMatch the current ETag must be none of these (RFC 9110 section 13.1.2)
 */
public record WriteCondition(List<String> ifMatch, List<String> ifNoneMatch) {

    public static final WriteCondition NONE = new WriteCondition(List.of(), List.of());

    public WriteCondition {
        ifMatch = List.copyOf(ifMatch);
        ifNoneMatch = List.copyOf(ifNoneMatch);
    }

    public boolean isNone() {
        return ifMatch.isEmpty() && ifNoneMatch.isEmpty();
    }
}
