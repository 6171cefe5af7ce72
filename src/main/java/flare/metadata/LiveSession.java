package flare.metadata;

import flare.metadata.Command.NewContent;
import flare.model.BlobId;
import flare.model.ChunkRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This process's registration as its uploads and reads use it; {@link SessionKeeper} opens, renews and ends it.
 *
 * <p>A counter enters the in-flight set in the step that draws it, and a pin takes its index in the step that registers
 * it: both under one lock with the marks, which therefore never pass an upload or a read under way (I7, I13).
 */
final class LiveSession implements Session {

    /** Chunks that one renewal names: with all that many aborted uploads left behind, it would not fit a log entry. */
    static final int MAX_REPORTED_CHUNKS = 4_096;

    /**
     * What a renewal says.
     *
     * @param abandoned blobs that will never be committed, and copies that committed ones went without
     * @param more whether there are some that did not fit
     */
    record Marks(long session, long writeMark, long readMark, List<NewContent.Blob> abandoned, boolean more) {
        Marks {
            abandoned = List.copyOf(abandoned);
        }
    }

    private final LongSupplier appliedIndex;
    private final Object lock = new Object();
    private @Nullable Registration registration;

    /** @param appliedIndex the last log index known applied here; never falls */
    LiveSession(LongSupplier appliedIndex) {
        this.appliedIndex = appliedIndex;
    }

    @Override
    public long id() {
        synchronized (lock) {
            return live().id;
        }
    }

    @Override
    public BlobId newBlob() {
        synchronized (lock) {
            Registration live = live();
            long counter = live.nextCounter++;
            live.inFlight.add(counter);
            return new BlobId(live.id, counter);
        }
    }

    @Override
    public void settled(BlobId blob) {
        synchronized (lock) {
            Registration current = registration;
            if (current != null && current.id == blob.session()) {
                current.inFlight.remove(blob.counter());
            }
        }
    }

    @Override
    public void abandon(BlobId blob, List<ChunkRecord> chunks) {
        synchronized (lock) {
            Registration current = registration;
            // Of a session that ended, nothing can be committed any more: the sweep finds its copies.
            if (current != null && current.id == blob.session() && current.inFlight.contains(blob.counter())) {
                current.abandoned.put(blob.counter(), report(blob, chunks));
            }
        }
    }

    @Override
    public void leftOver(BlobId blob, List<ChunkRecord> chunks) {
        synchronized (lock) {
            Registration current = registration;
            if (current != null && current.id == blob.session() && !chunks.isEmpty()) {
                current.abandoned.put(blob.counter(), report(blob, chunks));
            }
        }
    }

    /** What is not named is found by the sweep. */
    private static NewContent.Blob report(BlobId blob, List<ChunkRecord> chunks) {
        List<ChunkRecord> named = chunks.subList(0, Math.min(chunks.size(), MAX_REPORTED_CHUNKS));
        return new NewContent.Blob(blob, Math.max(1, copies(named)), named);
    }

    @Override
    public Pin pin() {
        synchronized (lock) {
            Registration live = live();
            long index = appliedIndex.getAsLong();
            live.pins.merge(index, 1, Integer::sum);
            return new RegisteredPin(live, index);
        }
    }

    /** The live session's id, 0 while there is none. */
    long idOrZero() {
        synchronized (lock) {
            return registration == null ? 0 : registration.id;
        }
    }

    /** The lowest index a read under way pins, for the metric that names the oldest pin; the applied index if none. */
    long readMark() {
        synchronized (lock) {
            return registration == null ? appliedIndex.getAsLong() : registration.readMark(appliedIndex.getAsLong());
        }
    }

    void opened(long id) {
        synchronized (lock) {
            registration = new Registration(id);
        }
    }

    void ended() {
        synchronized (lock) {
            registration = null;
        }
    }

    /** The marks now, with the abandoned blobs that fit. Only while live. */
    Marks marks(int maxAbandoned) {
        synchronized (lock) {
            Registration live = live();
            List<NewContent.Blob> reported = new ArrayList<>();
            int room = MAX_REPORTED_CHUNKS;
            for (NewContent.Blob blob : live.abandoned.values()) {
                if (reported.size() == maxAbandoned || blob.chunks().size() > room) {
                    break;
                }
                reported.add(blob);
                room -= blob.chunks().size();
            }
            boolean more = reported.size() < live.abandoned.size();
            return new Marks(live.id, live.writeMark(), live.readMark(appliedIndex.getAsLong()), reported, more);
        }
    }

    /** The renewal was applied: what it reported is settled. */
    void renewed(Marks marks) {
        synchronized (lock) {
            Registration current = registration;
            if (current != null && current.id == marks.session) {
                for (NewContent.Blob blob : marks.abandoned) {
                    current.abandoned.remove(blob.id().counter());
                    current.inFlight.remove(blob.id().counter());
                }
            }
        }
    }

    private Registration live() {
        if (registration == null) {
            throw Unavailable.because("this process has no live session");
        }
        return registration;
    }

    private static int copies(List<ChunkRecord> chunks) {
        return chunks.stream().mapToInt(chunk -> chunk.nodes().size()).max().orElse(0);
    }

    /** One session, from its opening to its end. Guarded by the lock. */
    private static final class Registration {
        private final long id;
        private long nextCounter = 1;
        private final TreeSet<Long> inFlight = new TreeSet<>();
        private final Map<Long, NewContent.Blob> abandoned = new LinkedHashMap<>();
        private final TreeMap<Long, Integer> pins = new TreeMap<>();

        private Registration(long id) {
            this.id = id;
        }

        private long writeMark() {
            return inFlight.isEmpty() ? nextCounter : inFlight.first();
        }

        private long readMark(long applied) {
            return pins.isEmpty() ? applied : Math.min(pins.firstKey(), applied);
        }
    }

    private final class RegisteredPin implements Pin {
        private final Registration holder;
        private final long index;
        private final AtomicBoolean closed = new AtomicBoolean();

        private RegisteredPin(Registration holder, long index) {
            this.holder = holder;
            this.index = index;
        }

        @Override
        public long session() {
            return holder.id;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                synchronized (lock) {
                    holder.pins.computeIfPresent(index, (i, count) -> count == 1 ? null : count - 1);
                }
            }
        }
    }
}
