package flare.admin;

import flare.metadata.Command.WorkerOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** {@code POST /admin/scrub/{start|pause|resume}}: an order to scrubbing. */
final class ScrubRoutes {

    static final String SCRUB = "/admin/scrub";

    private ScrubRoutes() {}

    /** Empty where the path is none of these. */
    static Optional<WorkerOrder> order(String path) {
        return Arrays.stream(WorkerOrder.values())
                .filter(order -> path.equals(SCRUB + "/" + order.name().toLowerCase(Locale.ROOT)))
                .findFirst();
    }
}
