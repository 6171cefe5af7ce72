package flare.object;

import flare.model.ChunkRecord;
import flare.model.NodeId;

/** Takes note of copies that a read found missing or wrong while another copy was good. Never blocks, never fails. */
interface DamageReport {

    void suspect(ChunkRecord chunk, NodeId node);
}
