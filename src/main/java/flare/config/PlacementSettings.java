package flare.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How nodes are chosen for chunks. Seeds the cluster's replicated choice. */
public record PlacementSettings(Strategy strategy) {

    public enum Strategy {
        ROUND_ROBIN,
        CONSISTENT_HASH;

        /** As settings spell it, such as {@code round-robin}. */
        public String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Empty if it is none of ours. */
        public static Optional<Strategy> spelled(String spelling) {
            return Arrays.stream(values())
                    .filter(strategy -> strategy.spelling().equals(spelling))
                    .findFirst();
        }
    }
}
