package flare.s3;

/** What can be asked of the service itself. */
@SuppressWarnings("ImmutableEnumChecker") // a Rule's set is a copy
enum ServiceRoute implements Route {
    LIST_BUCKETS(
            "ListBuckets",
            Rule.plain("GET", "s3:ListAllMyBuckets", "max-buckets", "continuation-token", "prefix", "bucket-region"));

    private final String operation;
    private final Rule rule;

    ServiceRoute(String operation, Rule rule) {
        this.operation = operation;
        this.rule = rule;
    }

    @Override
    public Rule rule() {
        return rule;
    }

    @Override
    public String operation() {
        return operation;
    }
}
