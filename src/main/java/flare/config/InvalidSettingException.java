package flare.config;

/** A setting is unknown, or its value is not allowed; the message is one sentence naming key, value and what is allowed. */
public final class InvalidSettingException extends RuntimeException {

    public InvalidSettingException(String message) {
        super(message);
    }
}
