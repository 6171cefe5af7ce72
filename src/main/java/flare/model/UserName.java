package flare.model;

/** What people call a user, as IAM has it. */
public record UserName(String value) implements Comparable<UserName> {

    public static final int MAX_LENGTH = 64;

    public UserName {
        if (!NameText.isOf(value, MAX_LENGTH)) {
            throw new IllegalArgumentException("the user name '" + value + "' is not allowed: 1 to " + MAX_LENGTH
                    + " letters, digits and " + NameText.SIGNS + " are");
        }
    }

    @Override
    public int compareTo(UserName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
