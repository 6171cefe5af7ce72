package flare.model;

/** Names one of a user's policies. */
public record PolicyName(String value) implements Comparable<PolicyName> {

    public static final int MAX_LENGTH = 128;

    public PolicyName {
        if (!NameText.isOf(value, MAX_LENGTH)) {
            throw new IllegalArgumentException("the policy name '" + value + "' is not allowed: 1 to " + MAX_LENGTH
                    + " letters, digits and " + NameText.SIGNS + " are");
        }
    }

    @Override
    public int compareTo(PolicyName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
