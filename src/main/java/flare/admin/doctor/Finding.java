package flare.admin.doctor;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked at.
 *
 * @param check what kind of thing, such as {@code fsync}
 * @param subject which one of them
 * @param value what was found, with its unit
 * @param wayOut what to do about it; null where nothing need be done
 */
public record Finding(
        String check,
        String subject,
        Severity severity,
        String value,
        @Nullable String wayOut) {

    static Finding ok(String check, String subject, String value) {
        return new Finding(check, subject, Severity.OK, value, null);
    }

    static Finding warn(String check, String subject, String value, String wayOut) {
        return new Finding(check, subject, Severity.WARN, value, wayOut);
    }

    static Finding fail(String check, String subject, String value, String wayOut) {
        return new Finding(check, subject, Severity.FAIL, value, wayOut);
    }
}
