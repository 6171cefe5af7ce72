package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Opaque text for where a listing goes on: version, CRC32C over position and scope, position; base64url. The check finds
 * garbage and tokens of other listings; it is no secret, since a position gives nobody a right.
 */
final class ContinuationToken {

    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 5;

    private ContinuationToken() {}

    static String ofText(String position, String scope) {
        return encode(position.getBytes(StandardCharsets.UTF_8), scope);
    }

    static String text(String token, String scope) {
        return new String(decode(token, scope), StandardCharsets.UTF_8);
    }

    static String encode(byte[] position, String scope) {
        byte[] bytes = ByteBuffer.allocate(HEADER_BYTES + position.length)
                .put(VERSION)
                .putInt(check(position, scope))
                .put(position)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT for what {@link #encode} did not make for this scope. */
    static byte[] decode(String token, String scope) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        if (bytes.length <= HEADER_BYTES || bytes[0] != VERSION) {
            throw invalid();
        }
        byte[] position = Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
        if (ByteBuffer.wrap(bytes).getInt(1) != check(position, scope)) {
            throw invalid();
        }
        return position;
    }

    private static int check(byte[] position, String scope) {
        CRC32C crc = new CRC32C();
        crc.update(position);
        crc.update(scope.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    private static FlareException invalid() {
        return new FlareException(Fault.INVALID_ARGUMENT, "the continuation token is not one of this listing");
    }
}
