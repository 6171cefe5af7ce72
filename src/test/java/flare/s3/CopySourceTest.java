package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a copy is made of, as the clients there are say it. */
class CopySourceTest {

    private static TestPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new TestPort();
        port.send("PUT", "/object/a%20b", "spaced");
        port.send("PUT", "/object/a%2Bb", "plus");
    }

    @AfterAll
    static void close() {
        port.close();
    }

    /** A plus was a space to S3 from its beginning: aws-cli issue 614, aws-sdk-js issue 1821. */
    @ParameterizedTest
    @CsvSource({
        "/bucket/a+b, a b",
        "bucket/a%20b, a b",
        "/bucket/a%2Bb, a+b",
        "/bucket/a%252Bb, a%2Bb",
        "bucket%2Fa%2Fb, a/b",
        "%2Fbucket%2Fkey, key",
        "/bucket//a, /a",
        "//bucket/a, ",
        "/bucket/%C3%BC, ü",
        "/bucket/a%3FversionId=null, a?versionId=null",
    })
    void readsTheKeyAsS3Does(String header, String key) {
        if (key == null) {
            assertThatThrownBy(() -> CopyHandler.Source.parse(header))
                    .isInstanceOfSatisfying(
                            FlareException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID_ARGUMENT));
            return;
        }
        assertThat(CopyHandler.Source.parse(header))
                .isEqualTo(new CopyHandler.Source(new BucketName("bucket"), ObjectKey.of(key), Optional.empty()));
    }

    @Test
    void tellsAPlusFromASpace() throws IOException {
        assertThat(copied("/object/a+b")).isEqualTo("spaced");
        assertThat(copied("/object/a%2Bb")).isEqualTo("plus");
    }

    private static String copied(String source) throws IOException {
        assertThat(port.send("PUT", "/object/copy", "", "x-amz-copy-source", source)
                        .statusCode())
                .isEqualTo(200);
        return port.get("/object/copy").body();
    }

    /** As presigned by the SDKs of JavaScript (version 3) and PHP. */
    @ParameterizedTest
    @ValueSource(strings = {"x-amz-copy-source", "X-Amz-Copy-Source"})
    void copiesFromASourceInTheQuery(String parameter) throws IOException {
        HttpResponse<String> answer = port.send("PUT", "/object/presigned?" + parameter + "=object%2Fa%2520b", "");
        assertThat(answer.body()).contains("<CopyObjectResult");
        assertThat(port.get("/object/presigned").body()).isEqualTo("spaced");
    }
}
