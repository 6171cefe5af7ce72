package flare.config;

/** What a settings record throws for a value it can't hold; {@link RecordBinder} makes the sentence for the user of it. */
final class NotAllowedException extends IllegalArgumentException {

    private final String key;
    private final String allowed;

    /**
     * @param key relative to the record, as in HOCON
     * @param allowed what is, as the end of a sentence: {@code 1 or more is}
     */
    NotAllowedException(String key, Object value, String allowed) {
        super(key + " = " + value + " is not allowed: " + allowed);
        this.key = key;
        this.allowed = allowed;
    }

    String key() {
        return key;
    }

    String allowed() {
        return allowed;
    }
}
