package flare.s3;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A row of the route table: {@link ServiceRoute}, {@link BucketRoute} and {@link ObjectRoute} are all that the object port
 * does, beside {@link PreflightRoute}. Which row a request is follows from its method, its target's depth, and one query
 * parameter or header.
 */
sealed interface Route permits ServiceRoute, BucketRoute, ObjectRoute, PreflightRoute {

    Rule rule();

    /** As S3's documentation calls it; metrics and the access log do, too. */
    String operation();

    /**
     * What sets a route apart.
     *
     * @param selector the query parameter that must be there; without one the route is its method's plain one
     * @param copies whether the header {@code x-amz-copy-source} must be there, or must not
     * @param parameters query parameters the operation knows, the selector included; any other is refused
     * @param headers of those that mean something to some operations only ({@link AmzHeaders}), what this one acts on; any
     *     other of them is refused
     * @param action the permission asked for, as policies name it
     */
    record Rule(
            String method,
            Optional<String> selector,
            boolean copies,
            Set<String> parameters,
            Set<String> headers,
            String action) {

        /** Of writes; what has no conditional GET may answer every one. If-Modified-Since is of reads only (RFC 9110 13.1.3). */
        static final Set<String> CONDITIONS = Set.of("if-match", "if-none-match", "if-unmodified-since");

        private static final Set<String> OF_SOURCE = Set.of(
                "x-amz-copy-source-if-match",
                "x-amz-copy-source-if-modified-since",
                "x-amz-copy-source-if-none-match",
                "x-amz-copy-source-if-unmodified-since",
                ExpectedOwner.OF_SOURCE);

        public Rule {
            parameters = Set.copyOf(parameters);
            headers = Set.copyOf(headers);
        }

        static Rule plain(String method, String action, String... parameters) {
            return new Rule(method, Optional.empty(), false, Set.of(parameters), Set.of(), action);
        }

        static Rule by(String selector, String method, String action, String... parameters) {
            Set<String> known = new HashSet<>(Set.of(parameters));
            known.add(selector);
            return new Rule(method, Optional.of(selector), false, known, Set.of(), action);
        }

        Rule copying() {
            return new Rule(method, selector, true, parameters, headers, action).and(OF_SOURCE);
        }

        Rule conditional() {
            return and(CONDITIONS);
        }

        Rule taking(String... more) {
            return and(Set.of(more));
        }

        private Rule and(Set<String> more) {
            Set<String> all = new HashSet<>(headers);
            all.addAll(more);
            return new Rule(method, selector, copies, parameters, all, action);
        }
    }
}
