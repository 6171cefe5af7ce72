package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tags of buckets, who pays, and what CreateBucket and ListBuckets may be asked. */
class BucketConfigTest {

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static HttpResponse<String> put(String target, String document) throws IOException {
        return port.send("PUT", target, document);
    }

    private static String tagging(int tags) {
        StringBuilder document = new StringBuilder("<Tagging><TagSet>");
        for (int i = 0; i < tags; i++) {
            document.append("<Tag><Key>k" + i + "</Key><Value>v</Value></Tag>");
        }
        return document + "</TagSet></Tagging>";
    }

    @Test
    void keepsTagsUntilTheyAreDeleted() throws IOException {
        refused(port.get("/object?tagging"), 404, "NoSuchTagSet");
        assertThat(put("/object?tagging", tagging(50)).statusCode()).isEqualTo(204);
        assertThat(port.get("/object?tagging").body()).contains("<Tag><Key>k49</Key><Value>v</Value></Tag>");
        refused(put("/object?tagging", tagging(51)), 400, "InvalidTag");
        refused(put("/object?tagging", "<Tagging/>"), 400, "MalformedXML");
        assertThat(port.send("DELETE", "/object?tagging", "").statusCode()).isEqualTo(204);
        refused(port.get("/object?tagging"), 404, "NoSuchTagSet");
        refused(put("/missing?tagging", tagging(1)), 404, "NoSuchBucket");
        refused(
                port.send("PUT", "/object?tagging", tagging(1), "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="),
                400,
                "BadDigest");
    }

    @Test
    void keepsWhoPays() throws IOException {
        assertThat(port.get("/object?requestPayment").body()).contains("<Payer>BucketOwner</Payer>");
        String requester = "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
        assertThat(put("/object?requestPayment", requester).statusCode()).isEqualTo(200);
        assertThat(port.get("/object?requestPayment").body()).contains("<Payer>Requester</Payer>");
        refused(put("/object?requestPayment", requester.replace("Requester<", "Nobody<")), 400, "MalformedXML");
    }

    @Test
    void keepsRulesForOtherOriginsUntilTheyAreDeleted() throws IOException {
        refused(port.get("/object?cors"), 404, "NoSuchCORSConfiguration");
        String rules = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>"
                + "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
        assertThat(put("/object?cors", rules).statusCode()).isEqualTo(200);
        assertThat(port.get("/object?cors").body())
                .contains("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>");
        refused(put("/object?cors", rules.replace(">*<", ">*.*<")), 400, "InvalidRequest");
        refused(put("/object?cors", rules.replace(">*<", ">a&#10;b<")), 400, "InvalidArgument");
        assertThat(port.send("DELETE", "/object?cors", "").statusCode()).isEqualTo(204);
        refused(port.get("/object?cors"), 404, "NoSuchCORSConfiguration");
    }

    @Test
    void makesNoBucketOfAnotherKindThanIsAskedFor() throws IOException {
        for (String more : new String[] {
            "<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>",
            "<Bucket><Type>Directory</Type></Bucket>",
            "<Location><Name>az</Name></Location>"
        }) {
            String document = "<CreateBucketConfiguration>" + more + "</CreateBucketConfiguration>";
            refused(put("/another", document), 501, "NotImplemented");
        }
        refused(
                put("/another", "<CreateBucketConfiguration><X>1</X></CreateBucketConfiguration>"),
                400,
                "MalformedXML");
        refused(port.send("PUT", "/another", "", "x-amz-bucket-object-lock-enabled", "true"), 501, "NotImplemented");
        refused(port.get("/another"), 404, "NoSuchBucket");
    }

    @Test
    void makingTheOwnBucketAgainChangesNothing() throws IOException {
        assertThat(put("/again", "").statusCode()).isEqualTo(200);
        assertThat(put("/again/key", "x").statusCode()).isEqualTo(200);
        HttpResponse<String> again = put("/again", "");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.headers().firstValue("location")).contains("/again");
        assertThat(port.get("/again/key").body()).isEqualTo("x");
        refused(
                port.send("PUT", "/again", "", "x-amz-object-ownership", "ObjectWriter"),
                409,
                "BucketAlreadyOwnedByYou");
        assertThat(port.get("/again?ownershipControls").body()).contains("BucketOwnerEnforced");
        String[] open = {"x-amz-object-ownership", "ObjectWriter", "x-amz-acl", "public-read"};
        assertThat(port.send("PUT", "/again-open", "", open).statusCode()).isEqualTo(200);
        assertThat(port.send("PUT", "/again-open", "", open).statusCode()).isEqualTo(200);
        refused(put("/again-open", ""), 409, "BucketAlreadyOwnedByYou");
        assertThat(port.get("/again-open?acl").body()).contains("AllUsers");
    }

    @Test
    void elsewhereTheOwnBucketIsNotMadeAgain() throws IOException {
        try (TestPort elsewhere =
                new TestPort(ObjectPort.Access.open(java.time.Clock.systemUTC()), "flare.s3.region = eu-west-1\n")) {
            assertThat(elsewhere.send("PUT", "/again", "").statusCode()).isEqualTo(200);
            refused(elsewhere.send("PUT", "/again", ""), 409, "BucketAlreadyOwnedByYou");
        }
    }

    @Test
    void listsBucketsOfItsRegionPageByPage() throws IOException {
        put("/b-one", "");
        put("/b-two", "");
        String first = port.get("/?prefix=b-&max-buckets=1").body();
        assertThat(first).contains("<Name>b-one</Name>", "<Prefix>b-</Prefix>").doesNotContain("b-two");
        String token = first.replaceAll("(?s).*<ContinuationToken>(.*)</ContinuationToken>.*", "$1");
        assertThat(port.get("/?prefix=b-&max-buckets=1&continuation-token=" + token)
                        .body())
                .contains("<Name>b-two</Name>")
                .doesNotContain("<Name>b-one</Name>", "ContinuationToken");
        refused(port.get("/?continuation-token=" + token), 400, "InvalidArgument");
        refused(port.get("/?max-buckets=0"), 400, "InvalidArgument");
        assertThat(port.get("/?bucket-region=us-east-1").body()).contains("<Name>object</Name>");
        assertThat(port.get("/?bucket-region=eu-west-1").body())
                .contains("<Buckets>")
                .doesNotContain("<Name>");
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }
}
