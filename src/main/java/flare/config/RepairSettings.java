package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/**
 * Background work.
 *
 * @param interval pause between two looks for work when there was none
 * @param rate bytes a second that repair may move
 * @param batch rows one step handles
 * @param parallel deletes or pulls under way at once
 * @param callTimeout limit on one wait for the metadata or a data node
 * @param pullTimeout limit on one copy from node to node
 * @param orphanInterval between two orphan sweeps
 * @param orphanStopShare unexplained orphans of a pass above this share of all copies stop the sweep
 * @param orphanStopCount unexplained orphans up to this many never stop it
 * @param uploadMaxAge a multipart upload that is not finished by then is aborted
 * @param lostAfter a node that has not answered the leader for so long becomes LOST
 * @param returnAfter a node that became so and has been healthy for so long becomes ACTIVE again
 */
public record RepairSettings(
        Duration interval,
        ByteSize rate,
        int batch,
        int parallel,
        Duration callTimeout,
        Duration pullTimeout,
        Duration orphanInterval,
        double orphanStopShare,
        int orphanStopCount,
        Duration uploadMaxAge,
        Duration lostAfter,
        Duration returnAfter) {

    public RepairSettings {
        Allowed.positive("interval", interval);
        Allowed.positive("rate", rate);
        Allowed.atLeast("batch", batch, 1);
        Allowed.atLeast("parallel", parallel, 1);
        Allowed.positive("call-timeout", callTimeout);
        Allowed.positive("pull-timeout", pullTimeout);
        Allowed.positive("orphan-interval", orphanInterval);
        Allowed.share("orphan-stop-share", orphanStopShare);
        Allowed.atLeast("orphan-stop-count", orphanStopCount, 0);
        Allowed.positive("upload-max-age", uploadMaxAge);
        Allowed.positive("lost-after", lostAfter);
        Allowed.positive("return-after", returnAfter);
    }
}
