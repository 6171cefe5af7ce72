package flare.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.ClusterSecret;
import flare.http.ClusterSecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineChecksTest {

    private static final String SECRET = "a secret of thirty-two bytes and more";

    @TempDir
    private Path directory;

    private static List<Finding> look(Check check) throws Exception {
        return check.look().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void measuresSyncsAndLeavesNothingBehind() throws Exception {
        List<Finding> findings = look(
                new DiskCheck(List.of(new Place("metadata", directory, "flare.raft.reserve", 0.05)), Runnable::run));

        assertThat(findings).extracting(Finding::check).containsExactly("fsync", "space");
        assertThat(findings).allSatisfy(finding -> assertThat(finding.subject()).isEqualTo("metadata in " + directory));
        assertThat(findings.get(0).value()).matches("[0-9.]+ ms in the middle, [0-9.]+ ms at most, of [0-9]+.*");
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void tellsOfADirectoryThatCanNotBeWrittenAndGoesOn() throws Exception {
        List<Finding> findings = look(new DiskCheck(
                List.of(
                        new Place("gone", directory.resolve("gone"), "flare.raft.reserve", 0.05),
                        new Place("metadata", directory, "flare.raft.reserve", 0.05)),
                Runnable::run));

        assertThat(findings).hasSize(3);
        assertThat(findings.get(0).severity()).isEqualTo(Severity.FAIL);
        assertThat(findings.get(0).value()).contains("can't be written", "gone");
    }

    @ParameterizedTest
    @CsvSource({"100, OK", "10, OK", "9, WARN", "5, WARN", "4, FAIL", "0, FAIL"})
    void judgesWhatIsFreeByTheReserve(long free, Severity severity) {
        Finding finding =
                DiskCheck.space(new Place("metadata", directory, "flare.raft.reserve", 0.05), free << 30, 100L << 30);

        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.value()).isEqualTo(free + ".0 % of 100 GiB are free");
        assertThat(finding.wayOut() == null).isEqualTo(severity == Severity.OK);
    }

    @ParameterizedTest
    @CsvSource({"10, 3, 5, FAIL", "10, 12, 5, FAIL", "10, 12, 1, WARN", "10, 1048576, 5, OK", "10, unlimited, 5, OK"})
    void judgesTheOpenFilesByTheLimitAndTheSettings(long needed, String limit, int open, Severity severity)
            throws Exception {
        int files = severity == Severity.FAIL && limit.equals("12") ? 10 : open;
        proc("Max open files            %-20s 1048576              files     \n".formatted(limit), files);

        Finding finding = look(new OpenFilesCheck(directory, limit.equals("12") ? 100 : needed))
                .get(0);

        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.value()).startsWith(files + " of ");
    }

    private void proc(String line, int files) throws IOException {
        Files.writeString(
                directory.resolve("limits"),
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                        + "Max cpu time              unlimited            unlimited            seconds   \n" + line);
        Path fd = Files.createDirectory(directory.resolve("fd"));
        for (int file = 0; file < files; file++) {
            Files.createFile(fd.resolve(Integer.toString(file)));
        }
    }

    @Test
    void readsTheOpenFilesOfThisVeryProcess() throws Exception {
        assertThat(look(new OpenFilesCheck(Path.of("/proc/self"), 1)).get(0).value())
                .matches("[0-9]+ of .*|not told by this system");
        assertThat(look(new OpenFilesCheck(directory, 1)).get(0).severity()).isEqualTo(Severity.OK);
    }

    @ParameterizedTest
    @CsvSource({"rw-------, OK", "r--------, OK", "rw-r-----, WARN", "rw----r--, WARN"})
    void wantsTheSecretReadByItsOwnerOnly(String permissions, Severity severity) throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), SECRET);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        Finding finding = look(check(new ClusterSecretFile(file))).get(0);

        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.toString()).doesNotContain(SECRET);
    }

    @Test
    void knowsASecretThatIsInNoFile() throws Exception {
        assertThat(look(new SecretCheck(ClusterSecret.of(SECRET), Optional.empty()))
                        .get(0)
                        .severity())
                .isEqualTo(Severity.OK);
    }

    private static SecretCheck check(ClusterSecretFile file) {
        return new SecretCheck(file.secret(), Optional.of(file));
    }

    @Test
    void tellsWhichSecretsAreInUseAndOfAFileThatCanNotBe() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n" + SECRET.toUpperCase(Locale.ROOT));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        ClusterSecretFile followed = new ClusterSecretFile(file);
        assertThat(look(check(followed)).get(0).value())
                .matches("[0-9a-f]{8} signs, also accepted: [0-9a-f]{8}; rw-------");
        Files.delete(file);
        followed.refresh();
        followed.refresh();
        Finding finding = look(check(followed)).get(0);
        assertThat(finding.severity()).isEqualTo(Severity.WARN);
        assertThat(finding.value()).contains("the file holds what can't be used");
    }
}
