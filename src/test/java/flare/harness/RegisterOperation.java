package flare.harness;

/**
 * One client operation on one key, as its client saw it.
 *
 * @param value written or read; 0 stands for "no such key". Written values are unique within a history
 * @param invoked nanoseconds, before the request was sent
 * @param returned nanoseconds, after the whole answer was read; {@link #NEVER} when the outcome is unknown
 */
record RegisterOperation(Kind kind, long value, long invoked, long returned) {

    static final long NEVER = Long.MAX_VALUE;
    static final long ABSENT = 0;

    enum Kind {
        PUT,
        GET,
        DELETE
    }

    RegisterOperation {
        if (invoked > returned) {
            throw new IllegalArgumentException(
                    "an operation returned before it was invoked: " + invoked + ", " + returned);
        }
        if (kind == Kind.GET && returned == NEVER) {
            throw new IllegalArgumentException("a read without an answer says nothing: leave it out");
        }
    }

    boolean isOutcomeKnown() {
        return returned != NEVER;
    }
}
