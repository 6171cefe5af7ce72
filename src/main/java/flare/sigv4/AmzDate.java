package flare.sigv4;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The times of signatures: {@code 20130524T000000Z}, their day, and HTTP dates for clients that sign with Date only. */
final class AmzDate {

    private static final int DAY_LENGTH = 8;
    private static final int LENGTH = 16;
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);
    private static final DateTimeFormatter HTTP = DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss", Locale.US);
    /** What stands for GMT: HTTP's word for it, and those of mail (RFC 5322 section 3.3), which boto3 signs. */
    private static final Pattern ZONE = Pattern.compile(" (GMT|UTC|[+-]0000)$");

    private AmzDate() {}

    static String format(Instant time) {
        return FORMAT.format(time);
    }

    static String formatDay(LocalDate day) {
        return DAY.format(day);
    }

    static LocalDate dayOf(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    static Optional<Instant> parse(String text) {
        if (text.length() != LENGTH || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            return Optional.empty();
        }
        Optional<LocalDate> day = parseDay(text.substring(0, DAY_LENGTH));
        int time = digits(text, 9, 15);
        if (day.isEmpty() || time < 0) {
            return Optional.empty();
        }
        try {
            LocalDateTime moment = day.get().atTime(time / 10_000, time / 100 % 100, time % 100);
            return Optional.of(moment.toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Optional<LocalDate> parseDay(String text) {
        int number = text.length() == DAY_LENGTH ? digits(text, 0, DAY_LENGTH) : -1;
        if (number < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.of(number / 10_000, number / 100 % 100, number % 100));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** IMF-fixdate only: no client signs with the two obsolete forms. */
    static Optional<Instant> parseHttp(String text) {
        try {
            Matcher zone = ZONE.matcher(text.strip());
            return zone.find()
                    ? Optional.of(LocalDateTime.parse(text.strip().substring(0, zone.start()), HTTP)
                            .toInstant(ZoneOffset.UTC))
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** -1 if any is no digit; no formatter, which would take signs and other scripts' digits. */
    private static int digits(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
