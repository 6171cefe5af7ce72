package flare.object;

import flare.model.BlobId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * ETags. An MD5 is 32 hex digits. The fast ones end in {@code -1}, the shape S3 gives to objects made of one part:
 * clients know by the hyphen that it is no MD5 and don't compare it with one.
 *
 * <p>For a blob the 32 digits before it are the blob's id, which no other upload ever has: two uploads of the same bytes
 * differ, which a strong validator may, and other bytes never have it. For an inline object they are 128 bits of the
 * content's SHA-256.
 */
final class Etags {

    private static final String NOT_AN_MD5 = "-1";
    private static final int DIGEST_BYTES = 16;

    private Etags() {}

    static String ofMd5(byte[] md5) {
        return HexFormat.of().formatHex(md5);
    }

    static String ofBlob(BlobId blob) {
        return blob + NOT_AN_MD5;
    }

    static String ofContent(byte[] content) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(Arrays.copyOf(sha256, DIGEST_BYTES)) + NOT_AN_MD5;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
