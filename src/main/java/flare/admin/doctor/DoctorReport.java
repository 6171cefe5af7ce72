package flare.admin.doctor;

import java.util.Comparator;
import java.util.List;

/** The JSON of {@code GET /admin/doctor}. */
public record DoctorReport(Severity worst, List<Finding> findings) {

    public DoctorReport {
        findings = List.copyOf(findings);
    }

    static DoctorReport of(List<Finding> findings) {
        return new DoctorReport(
                findings.stream()
                        .map(Finding::severity)
                        .max(Comparator.naturalOrder())
                        .orElse(Severity.OK),
                findings);
    }
}
