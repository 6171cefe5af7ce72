package flare.admin.doctor;

import flare.http.NodeCertificate.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Whether other nodes take this process's certificate, and for how long: past it the process is cut off. */
public final class NodeCertificateCheck implements Check {

    private static final String NAME = "node certificate";
    private static final Duration SOON = Duration.ofDays(7);

    private final Supplier<State> state;
    private final Clock clock;

    public NodeCertificateCheck(Supplier<State> state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return CompletableFuture.completedFuture(List.of(found(state.get())));
    }

    private Finding found(State used) {
        Instant now = clock.instant();
        if (now.isAfter(used.notAfter())) {
            return Finding.fail(
                    NAME,
                    used.subject(),
                    "expired on " + used.notAfter() + ": other nodes refuse it" + problem(used),
                    "put a new one into the files of flare.nodes-tls: it is used without a restart");
        }
        String until = "good until " + used.notAfter();
        if (used.problem().isPresent()) {
            return Finding.warn(
                    NAME,
                    used.subject(),
                    until + problem(used),
                    "mend the files: at the next start this process would not come up");
        }
        return now.isAfter(used.notAfter().minus(SOON))
                ? Finding.warn(
                        NAME,
                        used.subject(),
                        until,
                        "put a new one into the files of flare.nodes-tls: it is used without a restart")
                : Finding.ok(NAME, used.subject(), until);
    }

    private static String problem(State used) {
        return used.problem()
                .map(why -> "; the files hold what can't be used: " + why)
                .orElse("");
    }
}
