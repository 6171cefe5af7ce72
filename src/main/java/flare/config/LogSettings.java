package flare.config;

/** How the process logs. */
public record LogSettings(Format format, Level level) {

    public enum Format {
        TEXT,
        JSON
    }

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }
}
