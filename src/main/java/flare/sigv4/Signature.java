package flare.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A signature as text: what a client sent, or what would have been right. Compared in constant time only; no equals, no
 * toString. As text, since hex has two spellings and base64 more: only the one that the server would write is right.
 */
public final class Signature {

    private final String text;

    private Signature(String text) {
        this.text = text;
    }

    public static Signature of(String text) {
        return new Signature(text);
    }

    boolean matches(Signature other) {
        return MessageDigest.isEqual(
                text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
    }

    /** For the strings that are signed next, and for our own signer. */
    String text() {
        return text;
    }
}
