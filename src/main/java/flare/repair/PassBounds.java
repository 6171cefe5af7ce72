package flare.repair;

import flare.metadata.Query;
import flare.model.BlobId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells blobs that came after a moment from those that were there: those of sessions opened since, and of those then live
 * the ones past their write marks. So a walk over all chunks ends even where more is written than it can read.
 */
final class PassBounds {

    private final Map<Long, Long> writeMarks = new HashMap<>();
    private final long newestSession;

    /** @param live sessions at that moment */
    PassBounds(List<Query.SessionInfo> live) {
        live.forEach(session -> writeMarks.put(session.id(), session.writeMark()));
        // A session's id is the log's index at its opening. With none live, nothing is known to be new.
        newestSession = live.stream().mapToLong(Query.SessionInfo::id).max().orElse(Long.MAX_VALUE);
    }

    boolean isNew(BlobId blob) {
        Long mark = writeMarks.get(blob.session());
        return blob.session() > newestSession || (mark != null && blob.counter() >= mark);
    }
}
