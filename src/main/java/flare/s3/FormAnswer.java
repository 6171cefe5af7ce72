package flare.s3;

import flare.http.Headers;
import flare.http.PercentCode;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * What the sender of a form gets once its file is stored: a status, or another page.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html">HTML forms</a>
 */
record FormAnswer(int status, Optional<URI> redirect) {

    private static final int SEE_OTHER = 303;

    /** S3 answers 204 to any status but these. Throws {@link FlareException} with INVALID_ARGUMENT for what is no address. */
    static FormAnswer of(Headers fields) {
        int status = switch (fields.first("success_action_status").orElse("")) {
            case "200" -> 200;
            case "201" -> 201;
            default -> 204;
        };
        return new FormAnswer(
                status,
                fields.first("success_action_redirect")
                        .or(() -> fields.first("redirect"))
                        .map(FormAnswer::address));
    }

    private static URI address(String text) {
        try {
            URI address = new URI(text);
            String scheme = String.valueOf(address.getScheme());
            boolean http = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
            if (http && address.getRawAuthority() != null && address.isAbsolute()) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw noAddress(text, e);
        }
        throw noAddress(text, null);
    }

    private static FlareException noAddress(String text, @Nullable URISyntaxException cause) {
        return new FlareException(
                Fault.INVALID_ARGUMENT,
                "success_action_redirect = '" + text
                        + "' is not the address of a page, such as https://example.com/done",
                cause);
    }

    HttpResponse to(BucketName bucket, ObjectInfo stored, String location) {
        if (redirect.isPresent()) {
            return told(Responses.empty(SEE_OTHER), stored, named(redirect.get(), bucket, stored));
        }
        HttpResponse response = status == 201
                ? Responses.xml(
                        status,
                        S3Xml.postResponse(
                                location, bucket.value(), stored.key().text(), stored.etag()))
                : Responses.empty(status);
        return told(response, stored, location);
    }

    private static HttpResponse told(HttpResponse response, ObjectInfo stored, String location) {
        HttpResponse told = response.addHeader(ObjectHeaders.etag(stored.etag()))
                .addHeader(RawHeader.create("Location", location))
                .addHeaders(ObjectHeaders.version(stored));
        return ChecksumHeaders.addTo(told, stored.extras().checksum());
    }

    /** The page is told what was stored, behind what it was called with. */
    private static String named(URI page, BucketName bucket, ObjectInfo stored) {
        String text = page.toASCIIString();
        int hash = text.indexOf('#');
        String address = hash < 0 ? text : text.substring(0, hash);
        String fragment = hash < 0 ? "" : text.substring(hash);
        String before = page.getRawQuery() == null ? "?" : "&";
        return address + before + "bucket=" + bucket + "&key="
                + PercentCode.encodePath(stored.key().text()).replace("/", "%2F") + "&etag=%22" + stored.etag() + "%22"
                + fragment;
    }
}
