package flare.metadata;

import flare.model.BlobId;
import flare.model.ChunkRecord;
import java.util.List;

/**
 * An API process's registration in the state machine (design section 6). Renewed through the log every few seconds with
 * two marks: the <em>write mark</em>, the lowest blob counter whose outcome is unknown, and the <em>read mark</em>, the
 * lowest log index that a read under way may still depend on. When a session ends, a new one is opened under a new id.
 *
 * <p>Thread-safe. Every method fails with UNAVAILABLE while no session is live.
 */
public interface Session {

    /** The live session's id: cluster epoch and the log index of its opening. */
    long id();

    /** A fresh blob id, in flight until {@link #settled} or {@link #abandon} is called for it. */
    BlobId newBlob();

    /** The blob's outcome is known and needs nothing more: committed, or nothing of it was ever sent to a node. */
    void settled(BlobId blob);

    /**
     * The blob will never be committed. {@code chunks} name the copies that may exist; the next renewal reports them and
     * they become FREED; the counter leaves the in-flight set once that renewal has applied. What isn't named is found
     * by the orphan sweep.
     */
    void abandon(BlobId blob, List<ChunkRecord> chunks);

    /**
     * The blob was committed without these copies, which may exist all the same. The next renewal reports them, and they
     * become FREED unless repair has made use of them by then. Call it when what became of them is known: one that
     * appears later is found by the sweep.
     */
    void leftOver(BlobId blob, List<ChunkRecord> chunks);

    /** Registers a read before it asks: nothing freed at or after the pinned index is deleted until it is closed (I13). */
    Pin pin();

    /** A registered read. Closing twice is harmless. */
    interface Pin extends AutoCloseable {

        /** The session that holds the pin; the query checks in its own snapshot that it is live. */
        long session();

        @Override
        void close();
    }
}
