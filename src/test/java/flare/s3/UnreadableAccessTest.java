package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BucketInfo;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.ObjectKey;
import flare.object.ObjectService.VersionRef;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept and can't be understood stops everybody but root, who can put another. */
class UnreadableAccessTest {

    private static final String WRITER =
            "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>";

    private static final UsersPort users = new UsersPort();

    private String bucket = "";
    private String key = "";

    @AfterAll
    static void stop() {
        users.close();
    }

    @BeforeEach
    void make() throws IOException {
        bucket = users.bucketOf(users.alice, "x-amz-object-ownership", "ObjectWriter");
        key = bucket + "/unreadable";
        assertThat(users.alice.put(key)).isEqualTo(200);
    }

    private void spoil(DocumentKind... kinds) {
        BucketInfo info = users.port
                .objects
                .buckets
                .find(new BucketName(bucket.substring(1)))
                .toCompletableFuture()
                .join()
                .orElseThrow();
        for (DocumentKind kind : kinds) {
            users.port.objects.buckets.setDocument(info.id(), kind, Optional.of(new byte[] {'{'}));
        }
    }

    private void isReadableAgain() throws IOException {
        assertThat(users.alice.get(key)).isEqualTo(200);
    }

    @Test
    void aPolicy() throws IOException {
        spoil(DocumentKind.POLICY);
        assertThat(users.alice.get(key)).isEqualTo(500);
        assertThat(users.nobody.get(key)).isEqualTo(500);
        assertThat(users.root.get(key)).isEqualTo(200);
        assertThat(users.root.status("DELETE", bucket + "?policy", "")).isEqualTo(204);
        isReadableAgain();
        spoil(DocumentKind.POLICY, DocumentKind.ACL);
        String policy = UsersPort.policy(bucket, "Allow", "'*'", "s3:GetObject", "");
        assertThat(users.root.status("PUT", bucket + "?policy", policy)).isEqualTo(204);
        assertThat(users.root.status("PUT", bucket + "?acl", "", "x-amz-acl", "private"))
                .isEqualTo(200);
        isReadableAgain();
    }

    @Test
    void anAcl() throws IOException {
        spoil(DocumentKind.ACL, DocumentKind.POLICY);
        assertThat(users.alice.get(key)).isEqualTo(500);
        assertThat(users.root.status("PUT", bucket + "?acl", "", "x-amz-acl", "private"))
                .isEqualTo(200);
        assertThat(users.root.status("DELETE", bucket + "?policy", "")).isEqualTo(204);
        isReadableAgain();
    }

    @Test
    void anObjectsAcl() throws IOException {
        users.port
                .objects
                .setAcl(
                        new VersionRef(
                                new BucketName(bucket.substring(1)), ObjectKey.of("unreadable"), Optional.empty()),
                        "{")
                .toCompletableFuture()
                .join();
        assertThat(users.bob.get(key)).isEqualTo(500);
        assertThat(users.root.status("PUT", key + "?acl", "", "x-amz-acl", "public-read"))
                .isEqualTo(200);
        assertThat(users.bob.get(key)).isEqualTo(200);
    }

    @Test
    void ownershipControls() throws IOException {
        spoil(DocumentKind.OWNERSHIP_CONTROLS);
        assertThat(users.alice.get(key)).isEqualTo(500);
        assertThat(users.root.status("PUT", bucket + "?ownershipControls", WRITER))
                .isEqualTo(200);
        isReadableAgain();
    }

    @Test
    void rootIsHeldToAnExpectedOwnerByTheOwnerAlone() throws IOException {
        spoil(DocumentKind.POLICY, DocumentKind.ACL);
        String[] expected = {"x-amz-expected-bucket-owner", UsersPort.id('a')};
        assertThat(users.root.status("GET", key, "", expected)).isEqualTo(200);
        assertThat(users.root.put(key, expected)).isEqualTo(200);
        assertThat(users.root.put(key, "x-amz-acl", "private")).isEqualTo(200);
        UsersPort.refused(
                users.root.ask("GET", key, "", "x-amz-expected-bucket-owner", UsersPort.id('b')), 403, "AccessDenied");
    }
}
