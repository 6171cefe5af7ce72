package flare.sigv4;

/** Names a key pair. Not a secret: it stands in every presigned URL. */
public record AccessKeyId(String text) {

    public static final int MAX_LENGTH = 128;

    public AccessKeyId {
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "an access key has 1 to " + MAX_LENGTH + " letters, digits and . _ - + @ =");
        }
    }

    static boolean isValid(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_LENGTH
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || "._-+@=".indexOf(c) >= 0);
    }

    @Override
    public String toString() {
        return text;
    }
}
