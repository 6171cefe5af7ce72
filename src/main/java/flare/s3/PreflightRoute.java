package flare.s3;

/**
 * What browsers ask before a request of a page of another origin. Apart from the other rows, since it is asked without a
 * signature and answered from the bucket's configuration alone, whatever query stands there.
 */
enum PreflightRoute implements Route {
    OF_BUCKET("PreflightBucket"),
    OF_OBJECT("PreflightObject");

    static final String METHOD = "OPTIONS";

    private final String operation;

    PreflightRoute(String operation) {
        this.operation = operation;
    }

    /** Asks for no permission. */
    @Override
    public Rule rule() {
        return Rule.plain(METHOD, "");
    }

    @Override
    public String operation() {
        return operation;
    }
}
