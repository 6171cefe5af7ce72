package flare.cluster;

import java.util.UUID;

/** What a data node answered to one probe, as far as its health depends on it. */
public record Probe(UUID uuid, long incarnation, Room room, Disk disk) {

    /** The node's own word on its disk. */
    public enum Disk {
        OK,
        /** Takes no new copies, serves those it has. */
        FULL,
        /** Accepts nothing until an operator acts. */
        FAILED
    }
}
