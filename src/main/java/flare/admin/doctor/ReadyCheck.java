package flare.admin.doctor;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Whether this process could serve now, as its readiness says. */
public final class ReadyCheck implements Check {

    private static final String NAME = "ready";

    private final Supplier<CompletionStage<List<String>>> obstacles;

    public ReadyCheck(Supplier<CompletionStage<List<String>>> obstacles) {
        this.obstacles = obstacles;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return obstacles
                .get()
                .thenApply(sentences -> sentences.isEmpty()
                        ? List.of(Finding.ok(NAME, "this process", "yes"))
                        : sentences.stream()
                                .map(sentence -> Finding.fail(
                                        NAME, "this process", sentence, "the other findings say what to mend first"))
                                .toList());
    }
}
