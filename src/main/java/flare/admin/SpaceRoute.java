package flare.admin;

import flare.metadata.Query.ListBucketSpace;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.Query;

/** {@code GET /admin/space[?after=…][&limit=…]}: which page of the buckets, the query says. */
final class SpaceRoute {

    static final String PATH = "/admin/space";

    /** Buckets of one page. */
    static final int MAX_LIMIT = 10_000;

    private static final int USUAL_LIMIT = 1_000;
    private static final String AFTER = "after";
    private static final String LIMIT = "limit";

    private SpaceRoute() {}

    /** Empty where the path is another; the page may refuse what it was asked with. */
    static Optional<Supplier<ListBucketSpace>> page(String path, Query query) {
        return path.equals(PATH) ? Optional.of(() -> parse(query.toMap())) : Optional.empty();
    }

    static ListBucketSpace parse(Map<String, String> parameters) {
        Set<String> unknown = new TreeSet<>(parameters.keySet());
        unknown.removeAll(Set.of(AFTER, LIMIT));
        if (!unknown.isEmpty()) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, "there is no parameter " + unknown + " here: after and limit are");
        }
        return new ListBucketSpace(
                parameters.getOrDefault(AFTER, ""), limit(parameters.getOrDefault(LIMIT, "" + USUAL_LIMIT)));
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_LIMIT) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, "limit = " + text + " is not allowed: 1 to " + MAX_LIMIT + " is");
        }
        return Integer.parseInt(text);
    }
}
