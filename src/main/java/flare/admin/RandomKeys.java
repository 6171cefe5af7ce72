package flare.admin;

import flare.model.CanonicalId;
import flare.model.KeyPair;
import java.security.SecureRandom;

/** Makes ids and key pairs that nobody can guess, of letters and digits only: they are pasted everywhere. */
final class RandomKeys {

    private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ACCESS_KEY_LENGTH = 20;
    private static final int SECRET_LENGTH = 40;

    private final SecureRandom random = new SecureRandom();

    KeyPair pair() {
        return new KeyPair(text(CAPITALS, ACCESS_KEY_LENGTH), text(LETTERS, SECRET_LENGTH));
    }

    CanonicalId id() {
        return CanonicalId.random(random);
    }

    private String text(String letters, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
