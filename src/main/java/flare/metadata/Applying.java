package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.Fault;
import flare.model.FlareException;

/** What the commands of one entry share while they are applied. */
final class Applying {

    private final EntryBatch batch;
    private final Position position;
    private final long nowMillis;
    private int place;

    Applying(EntryBatch batch, Position position, long nowMillis) {
        this.batch = batch;
        this.position = position;
        this.nowMillis = nowMillis;
    }

    EntryBatch batch() {
        return batch;
    }

    long index() {
        return position.index();
    }

    long nowMillis() {
        return nowMillis;
    }

    void at(int commandPlace) {
        place = commandPlace;
    }

    /** Unique and rising: of two writes of one key in one entry, each makes its own version. */
    long version() {
        return position.index() * EntryCodec.MAX_COMMANDS + place;
    }

    /** A coordinator's command acts in its own term only. */
    void fence(long term) {
        require(
                term == position.term(),
                Fault.CONFLICT,
                () -> "a command of term " + term + " came to be applied in term " + position.term());
    }

    /** Refuses. Always before the command's first write, or half a command would take effect. */
    static void require(boolean holds, Fault fault, java.util.function.Supplier<String> message) {
        if (!holds) {
            throw new FlareException(fault, message.get());
        }
    }
}
