package flare.http;

import flare.model.Fault;
import flare.model.FlareException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986 section 2.1) of UTF-8 text, exact in both directions. */
public final class PercentCode {

    private static final String HEX = "0123456789ABCDEF";

    private PercentCode() {}

    /**
     * Decodes a path: nothing but {@code %XX} is special. Throws {@link FlareException} with INVALID_URI for a broken
     * escape, a NUL, bytes that are not UTF-8, and characters that no request target may hold.
     */
    public static String decodePath(String raw) {
        return decode(raw, false);
    }

    /** As {@link #decodePath}, with {@code +} for a space, as forms and S3's query strings have it. */
    public static String decodeQuery(String raw) {
        return decode(raw, true);
    }

    /** Encodes everything but unreserved characters and {@code /}; a space becomes {@code %20}. */
    public static String encodePath(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(b)) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return out.toString();
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~'
                || b == '/';
    }

    private static String decode(String raw, boolean plusIsSpace) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(octet(raw, i));
                i += 2;
            } else if (c <= ' ' || c >= 0x7F) {
                throw new FlareException(
                        Fault.INVALID_URI, "character " + (int) c + " must be percent-encoded in a request target");
            } else {
                bytes.write(plusIsSpace && c == '+' ? ' ' : c);
            }
        }
        return utf8(bytes.toByteArray());
    }

    private static int octet(String raw, int percent) {
        int high = percent + 2 < raw.length() ? Character.digit(raw.charAt(percent + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(raw.charAt(percent + 2), 16);
        if (low < 0 || raw.charAt(percent + 1) >= 0x7F || raw.charAt(percent + 2) >= 0x7F) {
            throw new FlareException(Fault.INVALID_URI, "'%' is not followed by two hex digits at position " + percent);
        }
        int octet = high << 4 | low;
        if (octet == 0) {
            throw new FlareException(Fault.INVALID_URI, "the request target holds a NUL at position " + percent);
        }
        return octet;
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FlareException(Fault.INVALID_URI, "the request target is not UTF-8 text", e);
        }
    }
}
