package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.VersionId;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a key is not there, or not any more, learns only who may list. */
class HiddenKeysTest {

    private static final VersionId MARKER = new VersionId(7);
    private static final String[] ATTRIBUTES = {"x-amz-object-attributes", "ETag"};

    private static UsersPort users;
    private static String bucket;

    @BeforeAll
    static void open() throws IOException {
        users = new UsersPort();
        bucket = users.bucketOf(users.alice);
        String bob = "{'AWS': '" + UsersPort.id('b') + "'}";
        String mayRead = UsersPort.policy(bucket, "Allow", bob, "s3:GetObject*", "");
        assertThat(users.alice.status("PUT", bucket + "?policy", mayRead)).isEqualTo(204);
    }

    @AfterAll
    static void close() {
        users.close();
    }

    @BeforeEach
    void delete() {
        users.port.objects.refuseReads =
                Optional.of(FlareException.ofDeleteMarker(Fault.NO_SUCH_KEY, "it was deleted", MARKER));
    }

    @AfterEach
    void restore() {
        users.port.objects.refuseReads = Optional.empty();
    }

    @Test
    void aDeleteMarkerIsNamedToWhoMayList() throws IOException {
        for (RawClient.Response answer : answers(users.alice)) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("x-amz-delete-marker")).isEqualTo("true");
            assertThat(answer.header("x-amz-version-id")).isEqualTo(MARKER.toString());
        }
    }

    @Test
    void aDeleteMarkerIsHiddenFromWhoMayNot() throws IOException {
        for (RawClient.Response answer : answers(users.bob)) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.headers()).doesNotContainKeys("x-amz-delete-marker", "x-amz-version-id");
        }
    }

    private static RawClient.Response[] answers(Who who) throws IOException {
        return new RawClient.Response[] {
            who.ask("GET", bucket + "/deleted", ""),
            who.ask("GET", bucket + "/deleted?partNumber=1", ""),
            who.ask("HEAD", bucket + "/deleted", ""),
            who.ask("GET", bucket + "/deleted?attributes", "", ATTRIBUTES)
        };
    }
}
