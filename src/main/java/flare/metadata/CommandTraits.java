package flare.metadata;

import flare.model.ChunkRecord;
import java.util.List;

/** What the metadata actor must know of a command to pack it. */
final class CommandTraits {

    private static final int BASE_BYTES = 256;
    private static final int CHUNK_BYTES = 48;

    private CommandTraits() {}

    /**
     * Whether the command goes under an operation id of the live session. The others come before there is a session, or
     * end another's, and are safe to apply twice.
     */
    static boolean needsSession(Command<?> command) {
        return !(command instanceof Command.InitCluster
                || command instanceof Command.AddNode
                || command instanceof Command.UpdateNode
                || command instanceof Command.OpenSession
                || command instanceof Command.ExpireSession
                || command instanceof Command.FreeBlob
                || command instanceof Command.FreeOrphans);
    }

    /** Whether it keeps this process's session going; a full queue does not keep it out. */
    static boolean keepsSession(Command<?> command) {
        return command instanceof Command.OpenSession
                || command instanceof Command.RenewSession
                || command instanceof Command.CloseSession;
    }

    /** An estimate, for the bound on an entry. */
    static long roughBytes(Command<?> command) {
        if (command instanceof Command.PutObject put) {
            return BASE_BYTES + put.key().bytes().length + roughBytes(put.content());
        }
        if (command instanceof Command.RenewSession renewal) {
            return BASE_BYTES
                    + renewal.abandoned().stream()
                            .mapToLong(CommandTraits::roughBytes)
                            .sum();
        }
        if (command instanceof Command.FreeOrphans orphans) {
            return BASE_BYTES + (long) CHUNK_BYTES * orphans.chunks().size();
        }
        if (command instanceof Command.ClearFreed cleared) {
            return BASE_BYTES + (long) CHUNK_BYTES * cleared.copies().size();
        }
        return BASE_BYTES;
    }

    private static long roughBytes(Command.NewContent content) {
        if (content instanceof Command.NewContent.Inline inline) {
            return inline.bytes().length;
        }
        List<ChunkRecord> chunks = ((Command.NewContent.Blob) content).chunks();
        return (long) BASE_BYTES + (long) CHUNK_BYTES * chunks.size();
    }
}
