package flare.admin;

import java.util.List;

/**
 * The JSON of {@code GET /health/ready}.
 *
 * @param reasons why not, a sentence each; empty when ready
 */
public record Readiness(boolean ready, List<String> reasons) {

    public Readiness {
        reasons = List.copyOf(reasons);
    }

    static Readiness of(List<String> obstacles) {
        return new Readiness(obstacles.isEmpty(), obstacles);
    }
}
