package flare.object;

import flare.model.NodeId;
import java.util.List;

/**
 * What is durable of a chunk.
 *
 * @param nodes those with a good copy, at least the quorum
 * @param failed those that failed or were dropped
 */
record StoredCopies(long length, int crc32c, List<NodeId> nodes, List<NodeId> failed) {}
