package flare.admin;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.Query;

/** {@code POST /admin/repair/{pause|resume}}, {@code resume?orphans=true}: an order to repair. */
final class RepairRoutes {

    static final String REPAIR = "/admin/repair";

    private static final String ORPHANS = "orphans";

    private RepairRoutes() {}

    /** Empty where the path is none of these. Asked for, it throws INVALID_ARGUMENT for another value of orphans. */
    static Optional<Supplier<CompletionStage<RepairStatus>>> order(
            String path, Query query, AdminOperations operations) {
        return switch (path) {
            case REPAIR + "/pause" -> Optional.of(operations::pauseRepair);
            case REPAIR + "/resume" -> Optional.of(() -> operations.resumeRepair(orphans(query)));
            default -> Optional.empty();
        };
    }

    private static boolean orphans(Query query) {
        String value = query.get(ORPHANS).orElse("false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new FlareException(Fault.INVALID_ARGUMENT, "orphans = " + value + " is not true or false");
        };
    }
}
