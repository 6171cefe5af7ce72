package flare.repair;

import flare.cluster.NodeView;
import flare.config.ScrubSettings;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The door to scrubbing: makes its worker, tells how far it is, orders it about. Both of the latter in any process. */
public final class Scrub {

    private final Repair.Reach reach;
    private final Metadata metadata;
    private final ScrubSettings settings;
    private final ScrubPace pace;
    private final ScrubMetrics figures;
    private final Duration callTimeout;
    private final Clock clock = Clock.systemUTC();

    Scrub(Repair.Reach reach, Repair.Choices choices, MeterRegistry metrics) {
        this.reach = reach;
        this.metadata = reach.metadata();
        this.settings = choices.scrub();
        this.pace = new ScrubPace(settings, choices.repair());
        this.figures = new ScrubMetrics(metrics);
        this.callTimeout = choices.repair().callTimeout();
    }

    RepairWorker worker(Ask ask, long term) {
        CopyVerifier verifier =
                new CopyVerifier(reach.dataNodes(), node -> !isDown(node), settings.perNode(), callTimeout);
        return new ScrubWorker(
                ask, verifier, pace, figures, new ScrubWorker.Clocks(System::nanoTime, clock::millis), term);
    }

    /** Unlike one that was not probed yet. */
    private boolean isDown(NodeId node) {
        return reach.nodeMap()
                .find(node)
                .map(view -> view.health() == NodeView.Health.UNHEALTHY)
                .orElse(false);
    }

    /** How far it is, as it was last saved. */
    public CompletionStage<ScrubReport> report() {
        return metadata.read(new Query.GetWorker(ScrubWorker.NAME))
                .thenCombine(
                        metadata.read(new Query.ListNodes()),
                        (kept, nodes) -> ScrubReport.of(kept, nodes, pace, clock.millis()));
    }

    /** The order is kept, whoever leads. */
    public CompletionStage<ScrubReport> order(Command.WorkerOrder order) {
        return metadata.submit(new Command.OrderWorker(ScrubWorker.NAME, order)).thenCompose(done -> report());
    }
}
