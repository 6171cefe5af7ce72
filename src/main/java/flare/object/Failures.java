package flare.object;

import flare.data.DataNodeException;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Failures as stages and streams deliver them, made into what callers are promised. */
final class Failures {

    private Failures() {}

    /** The failure itself, without the wrapping that stages put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable bare = failure;
        while ((bare instanceof CompletionException || bare instanceof ExecutionException) && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }

    static FlareException named(Throwable failure) {
        Throwable bare = unwrap(failure);
        if (bare instanceof FlareException flare) {
            return flare;
        }
        if (bare instanceof DataNodeException) {
            return new FlareException(Fault.UNAVAILABLE, String.valueOf(bare.getMessage()), bare);
        }
        return new FlareException(Fault.INTERNAL, bare.toString(), bare);
    }

    static boolean is(Fault fault, @Nullable Throwable failure) {
        return failure != null && unwrap(failure) instanceof FlareException flare && flare.fault() == fault;
    }
}
