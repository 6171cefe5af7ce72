package flare.metadata;

import flare.metadata.wire.SessionRow;
import flare.model.BlobId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sessions of API processes: their marks, and what they have been answered. */
final class SessionCommands {

    /** Bits of a session id below the cluster's epoch. */
    private static final int EPOCH_SHIFT = 48;

    private final Applying entry;
    private final EntryBatch batch;

    /** The cluster's epoch when the session was opened. */
    static long epoch(long session) {
        return session >>> EPOCH_SHIFT;
    }

    SessionCommands(Applying entry) {
        this.entry = entry;
        this.batch = entry.batch();
    }

    long open(Command.OpenSession open, @Nullable ClusterState cluster) {
        // Two openings in one entry must not become one session.
        long number = Math.max(entry.index(), batch.counters().getLastSession() + 1);
        batch.counters().setLastSession(number);
        long id = ((long) (cluster == null ? 0 : cluster.epoch()) << EPOCH_SHIFT) | number;
        SessionRow.Builder session = SessionRow.newBuilder()
                .setProcess(open.process().toString())
                .setFeatureLevel(open.featureLevel())
                .setReadMark(entry.index())
                .setRenewedMillis(entry.nowMillis());
        open.url().ifPresent(url -> session.setUrl(url.toString()));
        batch.addSession(id, session);
        return id;
    }

    Command.Done renew(Command.RenewSession renew, CopyCommands copies) {
        SessionRow.Builder session = live(renew.session());
        if (session == null) {
            throw notLive(renew.session());
        }
        long oldWriteMark = session.getWriteMark();
        session.setWriteMark(Math.max(oldWriteMark, renew.writeMark()))
                .setReadMark(Math.max(session.getReadMark(), renew.readMark()))
                .setRenewedMillis(rising(session.getRenewedMillis()));
        for (Command.NewContent.Blob blob : renew.abandoned()) {
            abandon(blob, session.getWriteMark(), copies);
        }
        if (oldWriteMark < session.getWriteMark()) {
            batch.deleteAll(
                    Family.ABANDONED,
                    Keys.blob(new BlobId(renew.session(), oldWriteMark)),
                    Keys.blob(new BlobId(renew.session(), session.getWriteMark())));
        }
        return new Command.Done();
    }

    /**
     * The coordinator sees a renewal as a change of this stamp, which must therefore change also while the entries' time
     * stands still: after the leader's clock was set back that may take hours.
     */
    private long rising(long lastMillis) {
        return Math.max(entry.nowMillis(), lastMillis + 1);
    }

    /**
     * A blob that was committed keeps the copies it has, and goes on without the others; one that was not must never be,
     * even before the mark rises.
     */
    private void abandon(Command.NewContent.Blob blob, long writeMark, CopyCommands copies) {
        boolean committed = batch.get(Family.BLOB, Keys.blob(blob.id())) != null;
        if (!committed && blob.id().counter() >= writeMark) {
            batch.put(Family.ABANDONED, Keys.blob(blob.id()), Keys.FIRST);
        }
        for (ChunkRecord chunk : blob.chunks()) {
            for (NodeId node : chunk.nodes()) {
                copies.free(node, chunk.id());
            }
        }
    }

    /** Ends a session; once ended it stays so. */
    Command.Done end(long id) {
        SessionRow.Builder session = batch.session(id);
        if (session == null) {
            Applying.require(
                    EndedSessions.contains(batch, id), Fault.CONFLICT, () -> "session " + id + " was never opened");
        } else if (!session.getClosed()) {
            session.setClosed(true);
            batch.deleteAll(Family.ABANDONED, Keys.blob(new BlobId(id, 0)), Keys.blob(new BlobId(id, Long.MAX_VALUE)));
        }
        return new Command.Done();
    }

    SessionRow.@Nullable Builder live(long id) {
        SessionRow.Builder session = batch.session(id);
        return session == null || session.getClosed() ? null : session;
    }

    static FlareException notLive(long id) {
        return new FlareException(Fault.UNAVAILABLE, "session " + id + " is not live");
    }

    /** I7: the session lives, and has not said that the blob's outcome is known. */
    void mayCreate(BlobId blob) {
        SessionRow.Builder session = live(blob.session());
        if (session == null) {
            throw notLive(blob.session());
        }
        Applying.require(
                blob.counter() >= session.getWriteMark(),
                Fault.UNAVAILABLE,
                () -> "blob " + blob + " is below its session's write mark " + session.getWriteMark());
        Applying.require(
                batch.get(Family.ABANDONED, Keys.blob(blob)) == null,
                Fault.UNAVAILABLE,
                () -> "blob " + blob + " was reported as abandoned");
    }

    /**
     * What is to be answered without executing the command: the first answer to this operation, or a refusal. Empty: the
     * operation is new.
     */
    Optional<Outcome> known(Envelope envelope) {
        SessionRow.Builder session = live(envelope.session());
        if (session == null) {
            return Optional.of(refusal(notLive(envelope.session())));
        }
        if (envelope.sequence() < session.getLowestUnanswered()) {
            return Optional.of(new Outcome.Refused(
                    Fault.CONFLICT,
                    "operation " + envelope.sequence() + " of session " + envelope.session()
                            + " has been answered: the lowest unanswered is " + session.getLowestUnanswered()));
        }
        session.setLowestUnanswered(Math.max(session.getLowestUnanswered(), envelope.lowestUnanswered()));
        byte[] kept = batch.get(Family.RESULT, Keys.result(envelope.session(), envelope.sequence()));
        return kept == null ? Optional.empty() : Optional.of(decode(kept));
    }

    private static Outcome decode(byte[] kept) {
        try {
            return OutcomeCodec.decode(kept);
        } catch (MalformedEntryException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Outcome refusal(FlareException refused) {
        return new Outcome.Refused(refused.fault(), String.valueOf(refused.getMessage()));
    }

    void keep(Envelope envelope, Outcome outcome) {
        SessionRow.Builder session = live(envelope.session());
        if (session != null && envelope.sequence() >= session.getLowestUnanswered()) {
            batch.put(
                    Family.RESULT, Keys.result(envelope.session(), envelope.sequence()), OutcomeCodec.encode(outcome));
        }
    }
}
