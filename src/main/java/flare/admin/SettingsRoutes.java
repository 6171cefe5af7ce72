package flare.admin;

import flare.metadata.Command.SetClusterSettings;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.Query;

/** {@code POST /admin/settings?copies=…&strategy=…}: a change of what is chosen for the whole cluster, read from its query. */
final class SettingsRoutes {

    static final String SETTINGS = "/admin/settings";

    private static final String COPIES = "copies";
    private static final String STRATEGY = "strategy";

    private SettingsRoutes() {}

    /** INVALID_ARGUMENT for a name that is none, and for no change at all. */
    static SetClusterSettings change(Query query) {
        Map<String, String> values = query.toMap();
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(Set.of(COPIES, STRATEGY));
        if (!unknown.isEmpty() || values.isEmpty()) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    (values.isEmpty() ? "nothing" : unknown) + " can't be set for a cluster: copies and strategy can");
        }
        return new SetClusterSettings(
                Optional.ofNullable(values.get(COPIES)).map(SettingsRoutes::number),
                Optional.ofNullable(values.get(STRATEGY)));
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "copies = " + text + " is no number", e);
        }
    }
}
