package flare.sigv4;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding as signatures want it (S3's {@code UriEncode}). Total: what is no escape stands for itself, since broken
 * escapes are refused where request targets are parsed.
 */
final class UriText {

    private static final String HEX = "0123456789ABCDEF";

    private UriText() {}

    /** The path of the key that this path names: decoded, then encoded again with only {@code /} and unreserved bare. */
    static String reencodePath(String raw) {
        return encode(bytes(raw, false), true);
    }

    /** A query's name or value in the same way, where {@code +} is a space. */
    static String reencodeQuery(String raw) {
        return encode(bytes(raw, true), false);
    }

    static String encodeQuery(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8), false);
    }

    static String decodeQuery(String raw) {
        return new String(bytes(raw, true), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String raw, boolean plusIsSpace) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        byte[] source = raw.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            int octet = source[i] == '%' ? octet(source, i) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 2;
            } else {
                bytes.write(plusIsSpace && source[i] == '+' ? ' ' : source[i]);
            }
        }
        return bytes.toByteArray();
    }

    private static int octet(byte[] source, int percent) {
        if (percent + 2 >= source.length) {
            return -1;
        }
        int high = hex(source[percent + 1]);
        int low = hex(source[percent + 2]);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hex(byte b) {
        return b < 0 ? -1 : Character.digit(b, 16);
    }

    private static String encode(byte[] bytes, boolean slashIsBare) {
        StringBuilder out = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (isUnreserved(b) || (b == '/' && slashIsBare)) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return out.toString();
    }

    private static boolean isUnreserved(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~';
    }
}
