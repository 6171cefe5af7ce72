package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reads by part number, and GetObjectAttributes, of objects that were put whole; of those in parts over the real store. */
class PartReadsTest {

    private static final String ASKED = "x-amz-object-attributes";

    private static TestPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new TestPort();
        port.send("PUT", "/object/whole", "123456789", "x-amz-checksum-crc32", "y/Q5Jg==");
        port.send("PUT", "/object/empty", "");
    }

    @AfterAll
    static void close() {
        port.close();
    }

    @Test
    void anObjectPutWholeIsItsFirstPart() throws IOException {
        for (String method : new String[] {"GET", "HEAD"}) {
            HttpResponse<String> part = port.send(method, "/object/whole?partNumber=1", "");
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.headers().firstValue("content-range")).contains("bytes 0-8/9");
            assertThat(part.headers().firstValue("content-length")).contains("9");
            assertThat(part.headers().map()).doesNotContainKey("x-amz-mp-parts-count");
            assertThat(port.send(method, "/object/whole?partNumber=2", "").statusCode())
                    .isEqualTo(416);
            assertThat(port.send(method, "/object/empty?partNumber=1", "").statusCode())
                    .isEqualTo(200);
        }
        refused(port.get("/object/whole?partNumber=2"), 416, "InvalidPartNumber");
        refused(port.get("/object/missing?partNumber=1"), 404, "NoSuchKey");
    }

    @Test
    void refusesARangeOfAPartAndWhatIsNoPart() throws IOException {
        refused(port.get("/object/whole?partNumber=1", "Range", "bytes=0-1"), 400, "InvalidRequest");
        for (String number : new String[] {"0", "10001", "-1", "x", ""}) {
            refused(port.get("/object/whole?partNumber=" + number), 400, "InvalidArgument");
        }
        assertThat(port.get("/object/whole?partNumber=1", "If-Match", "\"other\"")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void tellsTheAttributesThatAreAskedFor() throws IOException {
        HttpResponse<String> all =
                port.get("/object/whole?attributes", ASKED, "ETag,Checksum,ObjectParts, StorageClass,ObjectSize");
        assertThat(all.body())
                .contains(
                        "<GetObjectAttributesResponse",
                        "<ETag>25f9e794323b453885f5181f1b624d0b</ETag>",
                        "<Checksum><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></Checksum>",
                        "<StorageClass>STANDARD</StorageClass>",
                        "<ObjectSize>9</ObjectSize>")
                .doesNotContain("ObjectParts");
        assertThat(all.headers().map()).containsKey("last-modified");
        assertThat(port.get("/object/whole?attributes", ASKED, "ObjectSize").body())
                .doesNotContain("ETag");
    }

    @Test
    void refusesAttributesThatNobodyHas() throws IOException {
        refused(port.get("/object/whole?attributes"), 400, "InvalidArgument");
        refused(port.get("/object/whole?attributes", ASKED, "ETag,Color"), 400, "InvalidArgument");
        refused(port.get("/object/whole?attributes", ASKED, "ETag", "x-amz-max-parts", "x"), 400, "InvalidArgument");
        refused(port.get("/object/missing?attributes", ASKED, "ETag"), 404, "NoSuchKey");
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }
}
