package flare.http;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.WriteCondition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The precondition headers of a request, decided in the order of RFC 9110 section 13.2.2. */
public final class Conditions {

    private final @Nullable EntityTags ifMatch;
    private final @Nullable EntityTags ifNoneMatch;
    private final @Nullable Instant ifModifiedSince;
    private final @Nullable Instant ifUnmodifiedSince;
    private final boolean hasIfUnmodifiedSince;

    private Conditions(Headers headers) {
        this.ifMatch = headers.joined("if-match").map(EntityTags::parse).orElse(null);
        this.ifNoneMatch =
                headers.joined("if-none-match").map(EntityTags::parse).orElse(null);
        this.ifModifiedSince =
                headers.first("if-modified-since").flatMap(HttpDate::parse).orElse(null);
        this.ifUnmodifiedSince =
                headers.first("if-unmodified-since").flatMap(HttpDate::parse).orElse(null);
        this.hasIfUnmodifiedSince = headers.has("if-unmodified-since");
    }

    /**
     * Throws {@link FlareException} with INVALID_ARGUMENT for entity tags that can't be read. A date that can't be is no
     * condition of a read (RFC 9110 section 13.1.3).
     */
    public static Conditions of(Headers headers) {
        return new Conditions(headers);
    }

    /**
     * Where something is written if they hold: a date that can't be read is INVALID_ARGUMENT, too.
     *
     * @param prefix what the headers are called beside the condition's name
     */
    public static Conditions exact(Headers headers, String prefix) {
        for (String name : List.of("if-modified-since", "if-unmodified-since")) {
            Optional<String> date = headers.first(name);
            if (date.isPresent() && HttpDate.parse(date.get()).isEmpty()) {
                throw new FlareException(
                        Fault.INVALID_ARGUMENT, prefix + name + " = '" + date.get() + "' is no date of HTTP");
            }
        }
        return new Conditions(headers);
    }

    /** For GET and HEAD: throws {@link FlareException} with PRECONDITION_FAILED or NOT_MODIFIED. */
    public void checkRead(String etag, Instant lastModified) {
        Instant modified = lastModified.truncatedTo(ChronoUnit.SECONDS);
        if (ifMatch != null) {
            failUnless(ifMatch.matchesStrongly(etag), "If-Match");
        } else if (ifUnmodifiedSince != null) {
            failUnless(!modified.isAfter(ifUnmodifiedSince), "If-Unmodified-Since");
        }
        if (ifNoneMatch != null) {
            if (ifNoneMatch.matchesWeakly(etag)) {
                throw notModified();
            }
        } else if (ifModifiedSince != null && !modified.isAfter(ifModifiedSince)) {
            throw notModified();
        }
    }

    /**
     * For writes, decided in the log. If-Modified-Since means nothing there (RFC 9110 section 13.1.3);
     * If-Unmodified-Since would, and is refused rather than ignored.
     */
    public WriteCondition forWrite() {
        if (hasIfUnmodifiedSince) {
            throw new FlareException(
                    Fault.NOT_IMPLEMENTED, "If-Unmodified-Since on a write is not implemented: use If-Match");
        }
        return new WriteCondition(
                ifMatch == null ? List.of() : ifMatch.strongValues(),
                ifNoneMatch == null ? List.of() : ifNoneMatch.weakValues());
    }

    /** Whether a Range header counts (RFC 9110 section 13.1.5): without If-Range, or when it names just this version. */
    public static boolean allowsRange(Optional<String> ifRange, String etag, Instant lastModified) {
        if (ifRange.isEmpty()) {
            return true;
        }
        Optional<Instant> date = HttpDate.parse(ifRange.get());
        if (date.isPresent()) {
            return date.get().equals(lastModified.truncatedTo(ChronoUnit.SECONDS));
        }
        return EntityTags.parse(ifRange.get()).strongValues().equals(List.of(etag));
    }

    private static void failUnless(boolean holds, String header) {
        if (!holds) {
            throw new FlareException(Fault.PRECONDITION_FAILED, "the condition of " + header + " does not hold");
        }
    }

    private static FlareException notModified() {
        return new FlareException(Fault.NOT_MODIFIED, "the object is as the client knows it");
    }
}
