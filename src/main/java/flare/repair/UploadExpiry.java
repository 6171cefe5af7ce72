package flare.repair;

import flare.config.RepairSettings;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.UploadId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Aborts multipart uploads that were begun too long ago, by the log's time, or whose bucket is gone, and forgets how those ended that ended long
 * ago. Aborts one at a time: each may have thousands of parts to give back.
 */
final class UploadExpiry implements RepairWorker {

    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final Ask ask;
    private final RepairSettings settings;
    private final long term;
    private Optional<UploadId> after = Optional.empty();
    private long expired;

    UploadExpiry(Ask ask, RepairSettings settings, long term) {
        this.ask = ask;
        this.settings = settings;
        this.term = term;
    }

    @Override
    public String name() {
        return "upload-expiry";
    }

    @Override
    public Step step() {
        Query.OldUploads old = ask.read(new Query.ListOldUploads(after, settings.uploadMaxAge(), settings.batch()));
        for (UploadId upload : old.due()) {
            ask.submit(new Command.ExpireUploads(List.of(upload), old.createdBeforeMillis(), term));
            expired++;
        }
        after = old.next();
        return after.isPresent() ? new Step.Busy(0) : new Step.Idle(PAUSE);
    }

    @Override
    public Tally tally() {
        return new Tally(expired, -1, "", Optional.empty());
    }
}
