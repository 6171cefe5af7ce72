package flare.metadata;

import java.util.UUID;

/**
 * The cluster's identity and choices.
 *
 * @param featureLevel gates commands and fields; see the design, section 2
 * @param epoch raised by a restore from backup; part of session ids
 */
public record ClusterState(UUID clusterId, int featureLevel, int epoch, ClusterSettings settings) {}
