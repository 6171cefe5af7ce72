package flare.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.FlareException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParsedPoliciesTest {

    private static final String STATEMENT =
            "'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::photos/*'";

    private final ParsedPolicies policies = new ParsedPolicies();

    private static Document json(String text) {
        return new Document(Policies.json(text));
    }

    private static BucketInfo bucket(String name, Document policy) {
        return new BucketInfo(
                new BucketId(1),
                new BucketName(name),
                "",
                Instant.EPOCH,
                BucketInfo.Versioning.UNVERSIONED,
                Map.of(DocumentKind.POLICY, policy));
    }

    @Test
    void parsesTheSameBytesOnce() {
        Policy first = policies.ofUser(json("{'Statement': {" + STATEMENT + "}}"));
        assertThat(policies.ofUser(json("{'Statement': {" + STATEMENT + "}}"))).isSameAs(first);
        assertThat(policies.ofUser(json("{'Statement': [{" + STATEMENT + "}]}")))
                .isNotSameAs(first);
        Document ofBucket = json("{'Statement': {'Principal': '*', " + STATEMENT + "}}");
        BucketAccess photos = policies.of(bucket("photos", ofBucket));
        assertThat(policies.of(bucket("photos", ofBucket)).policy().orElseThrow())
                .isSameAs(photos.policy().orElseThrow());
    }

    @Test
    void aPolicyIsOfItsBucketAndOfNoUser() {
        Document ofBucket = json("{'Statement': {'Principal': '*', " + STATEMENT + "}}");
        assertThat(policies.of(bucket("photos", ofBucket)).policy()).isPresent();
        assertThatThrownBy(() -> policies.of(bucket("others", ofBucket))).isInstanceOf(FlareException.class);
        assertThatThrownBy(() -> policies.ofUser(ofBucket)).isInstanceOf(FlareException.class);
    }

    @Test
    void keepsSoManyBytesAtMost() {
        String filling = " ".repeat(Policy.MAX_BYTES - 200);
        int fits = (int) (ParsedPolicies.MAX_BYTES / (Policy.MAX_BYTES - 200));
        for (int i = 0; i < 2 * fits; i++) {
            policies.ofUser(json("{'Id': '" + i + "', 'Statement': {" + STATEMENT + "}" + filling + "}"));
            assertThat(policies.size()).isBetween(1, fits);
        }
    }
}
