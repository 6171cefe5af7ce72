package flare.s3;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A row of the route table: {@link ServiceRoute}, {@link BucketRoute} and {@link ObjectRoute} are all that the object port
 * does, beside {@link PreflightRoute}. Which row a request is follows from its method, its target's depth, and one query parameter
 * or header.
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
     * @param action the permission asked for, as policies name it
     */
    record Rule(String method, Optional<String> selector, boolean copies, Set<String> parameters, String action) {

        public Rule {
            parameters = Set.copyOf(parameters);
        }

        static Rule plain(String method, String action, String... parameters) {
            return new Rule(method, Optional.empty(), false, Set.of(parameters), action);
        }

        static Rule by(String selector, String method, String action, String... parameters) {
            Set<String> known = new HashSet<>(Set.of(parameters));
            known.add(selector);
            return new Rule(method, Optional.of(selector), false, known, action);
        }

        Rule copying() {
            return new Rule(method, selector, true, parameters, action);
        }
    }
}
