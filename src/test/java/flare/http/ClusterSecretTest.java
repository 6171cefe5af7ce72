package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSecretTest {

    private static final String A = "secret a of thirty-two bytes and more";
    private static final String B = "secret b of thirty-two bytes and more";
    private static final UUID CLUSTER = new UUID(1, 2);
    private static final NodeToken.Call CALL = new NodeToken.Call("GET", "/chunks", new UUID(3, 4));

    @TempDir
    private Path directory;

    private long modifiedMillis = 1_000_000;

    private static boolean accepts(ClusterSecret secret, ClusterSecret signer) {
        try {
            return NodeToken.check(
                            secret, NodeToken.issue(signer, CLUSTER, CALL, 2_000), CALL, 1_000, Duration.ofSeconds(1))
                    .equals(CLUSTER);
        } catch (NodeTokenException e) {
            return false;
        }
    }

    @Test
    void theFirstSignsAndAllAreAccepted() {
        ClusterSecret onlyA = ClusterSecret.of(A);
        ClusterSecret onlyB = ClusterSecret.of(B);
        ClusterSecret both = ClusterSecret.of("\n " + A + " \n\n" + B + "\n");

        assertThat(accepts(both, onlyA)).isTrue();
        assertThat(accepts(both, onlyB)).isTrue();
        assertThat(accepts(onlyA, both)).isTrue();
        assertThat(accepts(onlyB, both)).isFalse();
        assertThat(accepts(onlyA, onlyB)).isFalse();
    }

    @Test
    void aFingerprintTellsSecretsApartAndNothingElse() {
        assertThat(ClusterSecret.of(A + "\n" + B).fingerprints())
                .containsExactly(
                        ClusterSecret.of(A).fingerprints().get(0),
                        ClusterSecret.of(B).fingerprints().get(0))
                .doesNotHaveDuplicates()
                .allMatch(fingerprint -> fingerprint.matches("[0-9a-f]{8}"));
    }

    @Test
    void refusesAShortOneAndTooMany() {
        assertThatThrownBy(() -> ClusterSecret.of(A + "\nswordfish"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cluster secret has 9 bytes on line 2: at least 32 random ones are allowed");
        assertThatThrownBy(() -> ClusterSecret.of(" \n")).hasMessageContaining("there are 0 cluster secrets");
        String most = String.join("\n", Collections.nCopies(ClusterSecret.MAX_SECRETS, A));
        assertThat(ClusterSecret.of(most).fingerprints()).hasSize(ClusterSecret.MAX_SECRETS);
        assertThatThrownBy(() -> ClusterSecret.of(most + "\n" + B)).hasMessageContaining("1 to 8 are allowed");
    }

    private void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMillis += 1_000));
    }

    @Test
    void followsItsFileOnceThatIsLeftAlone() throws IOException {
        Path file = directory.resolve("secret");
        write(file, A);
        ClusterSecretFile followed = new ClusterSecretFile(file);
        ClusterSecret secret = followed.secret();
        followed.refresh();

        write(file, B.substring(0, 34));
        followed.refresh();
        assertThat(accepts(secret, ClusterSecret.of(A))).as("just seen").isTrue();
        write(file, B);
        followed.refresh();
        assertThat(accepts(secret, ClusterSecret.of(A))).as("written on").isTrue();
        followed.refresh();
        assertThat(accepts(secret, ClusterSecret.of(A))).isFalse();
        assertThat(accepts(secret, ClusterSecret.of(B))).isTrue();
        assertThat(followed.problem()).isEmpty();
    }

    @Test
    void staysAsItIsWhereTheFileCanNotBeUsed() throws IOException {
        Path file = directory.resolve("secret");
        write(file, A);
        ClusterSecretFile followed = new ClusterSecretFile(file);
        write(file, "swordfish");
        followed.refresh();
        followed.refresh();
        assertThat(accepts(followed.secret(), ClusterSecret.of(A))).isTrue();
        assertThat(followed.problem()).hasValueSatisfying(why -> assertThat(why).contains("has 9 bytes"));
        Files.delete(file);
        followed.refresh();
        followed.refresh();
        assertThat(accepts(followed.secret(), ClusterSecret.of(A))).isTrue();
        assertThat(followed.problem()).hasValueSatisfying(why -> assertThat(why).contains("can't be read"));
        write(file, A);
        followed.refresh();
        followed.refresh();
        assertThat(followed.problem()).isEmpty();
    }

    @Test
    void wantsTheFileToBeThereAtTheStart() {
        assertThatThrownBy(() -> new ClusterSecretFile(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
