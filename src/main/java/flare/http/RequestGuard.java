package flare.http;

/** tmp */
public final class RequestGuard {
    public static final String VIOLATION = "flare-violation";
    public static final String NO_LENGTH = "flare-no-length";

    private RequestGuard() {}
}
