package flare.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DoctorTest {

    private static final Duration LIMIT = Duration.ofMillis(100);

    private final List<CompletableFuture<List<Finding>>> looks = new ArrayList<>();

    private record Named(String name, Supplier<CompletionStage<List<Finding>>> answer) implements Check {
        @Override
        public CompletionStage<List<Finding>> look() {
            return answer.get();
        }
    }

    private CompletionStage<List<Finding>> begun() {
        CompletableFuture<List<Finding>> look = new CompletableFuture<>();
        looks.add(look);
        return look;
    }

    private static DoctorReport get(CompletionStage<DoctorReport> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void makesAFindingOfWhatCanNotBeLookedAt() throws Exception {
        Doctor doctor = new Doctor(
                List.of(
                        new Named(
                                "sound",
                                () -> CompletableFuture.completedStage(List.of(Finding.ok("sound", "it", "yes")))),
                        new Named("throws", () -> {
                            throw new IllegalStateException("a disk hangs");
                        }),
                        new Named("fails", () -> CompletableFuture.failedStage(new IllegalStateException("no leader"))),
                        new Named("hangs", CompletableFuture::new)),
                LIMIT);

        DoctorReport report = get(doctor.examine());

        assertThat(report.worst()).isEqualTo(Severity.FAIL);
        assertThat(report.findings())
                .extracting(Finding::check, Finding::severity, Finding::value)
                .containsExactly(
                        tuple("sound", Severity.OK, "yes"),
                        tuple("throws", Severity.FAIL, "a disk hangs"),
                        tuple("fails", Severity.FAIL, "no leader"),
                        tuple("hangs", Severity.FAIL, "no answer within 0 s"));
        assertThat(report.findings())
                .filteredOn(finding -> finding.severity() != Severity.OK)
                .allSatisfy(finding -> assertThat(finding.wayOut()).isNotNull());
    }

    @Test
    void measuresOnceForAllWhoAskMeanwhile() throws Exception {
        Doctor doctor = new Doctor(List.of(new Named("slow", this::begun)), Duration.ofSeconds(10));
        CompletionStage<DoctorReport> first = doctor.examine();
        CompletionStage<DoctorReport> second = doctor.examine();
        looks.get(0).complete(List.of(Finding.warn("slow", "", "x", "y")));

        assertThat(get(first)).isEqualTo(get(second));
        assertThat(get(first).worst()).isEqualTo(Severity.WARN);
        assertThat(looks).hasSize(1);
        CompletionStage<DoctorReport> third = doctor.examine();
        assertThat(looks).hasSize(2);
        looks.get(1).complete(List.of());
        assertThat(get(third).worst()).isEqualTo(Severity.OK);
    }

    @Test
    void aLoneVoterIsARiskOnlyWhereObjectsAreMeantToSurviveIt() {
        List<URI> here = List.of(URI.create("http://127.0.0.1:9000"));
        List<URI> apart = List.of(here.get(0), URI.create("http://10.0.0.7:9000"));
        assertThat(LoneVoter.risk(1, 1, here)).isEmpty();
        assertThat(LoneVoter.risk(3, 3, apart)).isEmpty();
        assertThat(LoneVoter.risk(0, 3, apart)).as("not known").isEmpty();
        assertThat(LoneVoter.risk(1, 3, here)).get().asString().contains("3 copies");
        assertThat(LoneVoter.risk(1, 1, apart)).get().asString().contains("10.0.0.7");
        assertThat(LoneVoter.risk(1, 1, List.of(URI.create("http://[::1]:9000"))))
                .isEqualTo(Optional.empty());
    }
}
