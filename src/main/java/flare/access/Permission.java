package flare.access;

import java.util.Optional;

/** What an ACL grants. */
public enum Permission {
    READ('r'),
    WRITE('w'),
    READ_ACP('R'),
    WRITE_ACP('W'),
    FULL_CONTROL('F');

    private final char letter;

    Permission(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }

    static Optional<Permission> of(char letter) {
        for (Permission permission : values()) {
            if (permission.letter == letter) {
                return Optional.of(permission);
            }
        }
        return Optional.empty();
    }

    public static Optional<Permission> of(String name) {
        for (Permission permission : values()) {
            if (permission.name().equals(name)) {
                return Optional.of(permission);
            }
        }
        return Optional.empty();
    }

    boolean includes(Permission other) {
        return this == other || this == FULL_CONTROL;
    }
}
