package flare.http;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Dates of HTTP headers (RFC 9110 section 5.6.7): all three formats are read, IMF-fixdate is written. */
public final class HttpDate {

    private static final DateTimeFormatter IMF =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US);
    // Two digits name a year from 1970 to 2069: a fixed window rather than one that moves with the clock.
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.EPOCH)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US);
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US);
    private static final List<DateTimeFormatter> READ = List.of(IMF, RFC_850, ASCTIME);

    private HttpDate() {}

    public static String format(Instant instant) {
        return IMF.format(instant.atOffset(ZoneOffset.UTC));
    }

    /** Empty for what is no date in any of the formats: RFC 9110 has recipients ignore such a header. */
    public static Optional<Instant> parse(String text) {
        return READ.stream()
                .flatMap(format -> parse(text.strip(), format).stream())
                .findFirst();
    }

    private static Optional<Instant> parse(String text, DateTimeFormatter format) {
        try {
            return Optional.of(LocalDateTime.parse(text, format).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
