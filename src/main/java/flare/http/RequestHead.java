package flare.http;

import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * The head of a request as its framing goes (RFC 9112 sections 2 to 6), read strictly: what two readers could understand
 * differently is a violation. Everything else is the parser's business.
 *
 * @param length of a body without chunks; 0 for none
 * @param last whether nothing behind it may be taken for a request: a body was meant, and where it ends is not said
 * @param annotated the head as it is passed on: without headers that a client gave the names of ours
 */
record RequestHead(Optional<String> violation, long length, boolean chunked, boolean last, String annotated) {

    /** Longer than any head the parser takes. */
    static final int MAX_BYTES = 64 * 1024;

    static final int UNFINISHED = -1;
    static final int BAD_LINE_END = -2;

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";
    private static final int MAX_LENGTH_DIGITS = 18;

    /** Index behind the empty line that ends the head, or {@link #UNFINISHED}, or {@link #BAD_LINE_END}. */
    static int end(ByteString bytes, int from) {
        byte last = from > 0 ? bytes.apply(from - 1) : 0;
        byte lastButOne = from > 1 ? bytes.apply(from - 2) : 0;
        for (int i = from, size = bytes.size(); i < size; i++) {
            byte b = bytes.apply(i);
            if ((b == '\n') != (last == '\r')) {
                return BAD_LINE_END;
            }
            if (b == '\n' && i >= 3 && lastButOne == '\n') {
                return i + 1;
            }
            lastButOne = last;
            last = b;
        }
        return UNFINISHED;
    }

    /** @param head ends with its empty line; all line ends are CR LF */
    static RequestHead parse(String head) {
        int firstLineEnd = head.indexOf("\r\n");
        Fields fields = new Fields();
        StringBuilder others = new StringBuilder(head.length());
        int start = firstLineEnd + 2;
        // Up to the empty line; no regular expression: this runs for every request.
        for (int end = head.indexOf("\r\n", start); end > start; end = head.indexOf("\r\n", start)) {
            Optional<String> violation = fields.read(head.substring(start, end));
            if (violation.isPresent()) {
                return new RequestHead(violation, 0, false, false, "");
            }
            if (!fields.isOurs) {
                others.append(head, start, end + 2);
            }
            start = end + 2;
        }
        boolean old = head.startsWith(" HTTP/1.0", firstLineEnd - 9);
        if (fields.chunked && (fields.length != null || old)) {
            return new RequestHead(
                    Optional.of("Transfer-Encoding can't go with Content-Length or HTTP/1.0"), 0, false, false, "");
        }
        long length = fields.length == null ? 0 : Long.parseLong(fields.length);
        boolean last = fields.isWithoutLength() && (head.startsWith("PUT ") || head.startsWith("POST "));
        String annotated = head.substring(0, firstLineEnd + 2) + fields.annotations()
                + (last ? "Connection: close\r\n" : "") + others + "\r\n";
        return new RequestHead(Optional.empty(), length, fields.chunked, last, annotated);
    }

    private static final class Fields {
        private @org.jspecify.annotations.Nullable String length;
        private @org.jspecify.annotations.Nullable String contentType;
        private @org.jspecify.annotations.Nullable String host;
        private @org.jspecify.annotations.Nullable String contentEncoding;
        private boolean chunked;
        /** Whether the line read last has a name that only this process may use. */
        private boolean isOurs;

        Optional<String> read(String line) {
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                return Optional.of("a header is folded over lines");
            }
            int colon = line.indexOf(':');
            if (!isToken(line, colon)) {
                return Optional.of("a header line has no proper name");
            }
            String value = line.substring(colon + 1).strip();
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            isOurs = RequestGuard.OWN_HEADERS.contains(name);
            return switch (name) {
                case "content-length" -> contentLength(value);
                case "transfer-encoding" -> transferEncoding(value);
                case "content-type" -> contentType(value);
                case "host" -> host(value);
                case "content-encoding" -> contentEncoding(value);
                default -> Optional.empty();
            };
        }

        private Optional<String> contentLength(String value) {
            boolean number = !value.isEmpty()
                    && value.length() <= MAX_LENGTH_DIGITS
                    && value.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!number || length != null) {
                return Optional.of(number ? "there is more than one Content-Length" : "Content-Length is no length");
            }
            length = value;
            return Optional.empty();
        }

        private Optional<String> transferEncoding(String value) {
            if (chunked || !value.equalsIgnoreCase("chunked")) {
                return Optional.of("only 'Transfer-Encoding: chunked', once, is understood");
            }
            chunked = true;
            return Optional.empty();
        }

        private Optional<String> contentType(String value) {
            contentType = value;
            return Optional.empty();
        }

        private Optional<String> host(String value) {
            host = value;
            return Optional.empty();
        }

        /** Several lines are one list. */
        private Optional<String> contentEncoding(String value) {
            contentEncoding = contentEncoding == null ? value : contentEncoding + "," + value;
            return Optional.empty();
        }

        boolean isWithoutLength() {
            return length == null && !chunked;
        }

        String annotations() {
            StringBuilder lines = new StringBuilder();
            annotate(lines, RequestGuard.CONTENT_TYPE, contentType);
            annotate(lines, RequestGuard.HOST, host);
            annotate(lines, RequestGuard.CONTENT_ENCODING, contentEncoding);
            annotate(lines, RequestGuard.NO_LENGTH, isWithoutLength() ? "1" : null);
            return lines.toString();
        }

        private static void annotate(
                StringBuilder lines, String name, @org.jspecify.annotations.Nullable String value) {
            if (value != null) {
                lines.append(name).append(": ").append(value).append("\r\n");
            }
        }

        private static boolean isToken(String line, int end) {
            for (int i = 0; i < end; i++) {
                if (!isTokenCharacter(line.charAt(i))) {
                    return false;
                }
            }
            return end > 0;
        }

        private static boolean isTokenCharacter(int c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || TOKEN_SYMBOLS.indexOf(c) >= 0;
        }
    }
}
