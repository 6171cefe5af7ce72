package flare.model;

import java.util.Objects;
import java.util.Optional;

/**
 * What is said of a user at its making.
 *
 * @param displayName what others see; empty: the name
 * @param email kept, and nothing more
 */
public record UserProfile(CanonicalId id, UserName name, Optional<String> displayName, Optional<String> email) {

    public static final int MAX_TEXT_LENGTH = 256;

    public UserProfile {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        displayName.ifPresent(text -> check("display name", text));
        email.ifPresent(text -> check("e-mail address", text));
    }

    private static void check(String what, String text) {
        if (text.isBlank() || text.length() > MAX_TEXT_LENGTH || text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("the " + what + " '" + text + "' is not allowed: 1 to " + MAX_TEXT_LENGTH
                    + " characters are, none of them for control");
        }
    }

    public String shownName() {
        return displayName.orElse(name.value());
    }
}
