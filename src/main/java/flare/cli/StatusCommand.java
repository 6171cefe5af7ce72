package flare.cli;

import flare.admin.CertificateStatus;
import flare.admin.Status;
import flare.admin.WorkerStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the cluster, its data nodes and its background work.")
@SuppressWarnings("NullAway.Init") // set by picocli
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private AdminConnection server;

    @Override
    public Integer call() {
        Status status = server.get("/admin/status", Status.class, StatusCommand::print);
        return status.problem() == null ? 0 : FlareCommand.REFUSED;
    }

    private static void print(Status status, PrintWriter out) {
        if (status.problem() != null) {
            out.println("PROBLEM   " + status.problem());
        }
        if (status.warnings() != null) {
            status.warnings().forEach(warning -> out.println("WARNING   " + warning));
        }
        out.println("server    flare " + status.version());
        if (status.raft() == null && status.problem() == null) {
            out.println("role      keeps chunks only: an API process tells of the cluster");
        }
        if (status.cluster() != null) {
            Status.Cluster cluster = status.cluster();
            out.println("cluster   " + cluster.id() + ", copies " + cluster.wantedCopies() + ", chunks of "
                    + Text.bytes(cluster.chunkBytes()) + ", " + cluster.placementStrategy());
        }
        if (status.raft() != null) {
            Status.Raft raft = status.raft();
            out.println("log       peer " + raft.peer() + ", leader " + (raft.leader() == null ? "none" : raft.leader())
                    + ", term " + raft.term() + ", applied " + raft.appliedIndex() + " of " + raft.committedIndex()
                    + (raft.sessionLive() ? "" : ", NO LIVE SESSION"));
        }
        if (status.counts() != null) {
            Status.Counts counts = status.counts();
            out.println("holds     " + counts.objects() + " objects, " + counts.chunks() + " chunks; "
                    + counts.repairs() + " lack copies, " + counts.freed() + " copies wait to be deleted");
        }
        if (status.space() != null) {
            out.println("space     " + SpaceCommand.line(status.space()));
        }
        if (status.certificate() != null) {
            out.println("https     " + certificate(status.certificate()));
        }
        if (!status.nodes().isEmpty()) {
            out.println();
            Text.nodes(out, status.nodes());
        }
        if (!status.workers().isEmpty()) {
            out.println();
            workers(out, status.workers());
        }
    }

    private static String certificate(CertificateStatus certificate) {
        return String.join(", ", certificate.names())
                + (certificate.expired() ? ", EXPIRED on " : ", expires ")
                + certificate.notAfter()
                + (certificate.problem() == null ? "" : "; the newer one IS NOT SERVED: " + certificate.problem());
    }

    static void workers(PrintWriter out, List<WorkerStatus> workers) {
        Text.table(
                out,
                List.of("WORK", "STATE", "DONE", "LEFT", "A SECOND", "ENDS IN", "NOTE"),
                workers.stream()
                        .map(worker -> List.of(
                                worker.name(),
                                worker.state(),
                                Long.toString(worker.done()),
                                worker.left() < 0 ? "?" : Long.toString(worker.left()),
                                String.format(Locale.ROOT, "%.1f", worker.perSecond()),
                                worker.secondsLeft() == null ? "" : Text.span(worker.secondsLeft()),
                                worker.alarm() == null ? worker.note() : "ALARM: " + worker.alarm()))
                        .toList());
    }
}
