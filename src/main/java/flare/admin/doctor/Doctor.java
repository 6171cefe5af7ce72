package flare.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Has everything looked at, all checks at once and each within a limit. Examinations don't overlap, since they measure: who
 * asks meanwhile gets the report that is being made.
 */
public final class Doctor {

    private final List<Check> checks;
    private final Duration limit;
    private @Nullable CompletableFuture<DoctorReport> underWay;

    /** @param limit of each check */
    public Doctor(List<Check> checks, Duration limit) {
        this.checks = List.copyOf(checks);
        this.limit = limit;
    }

    /** Never fails. */
    public synchronized CompletionStage<DoctorReport> examine() {
        CompletableFuture<DoctorReport> begun = underWay;
        if (begun == null || begun.isDone()) {
            begun = begin();
            underWay = begun;
        }
        return begun.copy();
    }

    private CompletableFuture<DoctorReport> begin() {
        CompletableFuture<List<Finding>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Check check : checks) {
            all = all.thenCombine(looked(check), (list, found) -> {
                list.addAll(found);
                return list;
            });
        }
        return all.thenApply(DoctorReport::of);
    }

    private CompletableFuture<List<Finding>> looked(Check check) {
        return started(check)
                .toCompletableFuture()
                .copy()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> List.of(Finding.fail(
                        check.name(),
                        "",
                        reason(failure),
                        "what can't be looked at is not known to work; the other findings or the log may say why")));
    }

    private static CompletionStage<List<Finding>> started(Check check) {
        try {
            return check.look();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "no answer within " + limit.toSeconds() + " s"
                : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
