package flare.config;

/** How nodes are chosen for chunks. Seeds the cluster's replicated choice. */
public record PlacementSettings(Strategy strategy) {

    public enum Strategy {
        ROUND_ROBIN,
        CONSISTENT_HASH
    }
}
