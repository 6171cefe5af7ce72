package flare.model;

/** Letters and signs of names that stand in paths and headers as they are. */
final class NameText {

    static final String SIGNS = "+ = , . @ _ -";
    private static final String ALLOWED = "+=,.@_-";

    private NameText() {}

    static boolean isOf(String text, int maxLength) {
        return !text.isEmpty()
                && text.length() <= maxLength
                && text.chars().allMatch(c -> isLetter(c) || (c >= '0' && c <= '9') || ALLOWED.indexOf(c) >= 0)
                && text.chars().anyMatch(c -> c != '.');
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
