package flare.cli;

import flare.admin.doctor.DoctorReport;
import flare.admin.doctor.Finding;
import flare.admin.doctor.Severity;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Has a server examine itself and what it reaches: how fast its disks sync and what is free of them, the peers of"
                    + " the metadata, every data node and its clock, the copies, the open files, the cluster secret.",
            "Writes a small file to each of its disks for half a second. A process that keeps chunks only tells of its own"
                    + " disks."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare doctor",
            "  flare doctor --all",
            "  flare doctor --admin http://10.0.0.7:8001 --json",
            "",
            "Exit status: 0 nothing has failed, 1 something has, 2 wrong usage, 3 no server reached."
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private AdminConnection server;

    @Option(names = "--all", description = "Show what is as it should be, too.")
    private boolean all;

    @Override
    public Integer call() {
        DoctorReport report = server.get("/admin/doctor", DoctorReport.class, this::print);
        return report.worst() == Severity.FAIL ? FlareCommand.REFUSED : 0;
    }

    private void print(DoctorReport report, PrintWriter out) {
        long sound = report.findings().stream()
                .filter(finding -> finding.severity() == Severity.OK)
                .count();
        report.findings().stream()
                .filter(finding -> all || finding.severity() != Severity.OK)
                .forEach(finding -> print(finding, out));
        out.println(report.findings().size() + " things looked at, " + sound + " are as they should be");
    }

    private static void print(Finding finding, PrintWriter out) {
        String subject = finding.subject().isEmpty() ? "" : ", " + finding.subject();
        out.println(String.format("%-5s %s%s: %s", finding.severity(), finding.check(), subject, finding.value()));
        if (finding.wayOut() != null) {
            out.println("      -> " + finding.wayOut());
        }
    }
}
