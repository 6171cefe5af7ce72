package flare.s3;

import flare.http.Headers;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Map;
import java.util.Optional;

/**
 * What a form asks for, as the headers of a PutObject would say it: that alone decides whether it may, so it must be what the
 * form's file is stored with. What S3 has as {@code x-amz-*} headers stands in the form's fields; all else is as it was sent.
 */
final class FormHead {

    private static final String ACL = "acl";

    private FormHead() {}

    /**
     * Throws {@link FlareException} with INVALID_ARGUMENT for fields that mean something in headers only, or contradict.
     *
     * @param checked whether what the head says of the body is checked, as it is where the head is signed
     * @param tags what the field {@code tagging} says
     */
    static Headers of(Headers sent, boolean checked, Headers fields, Map<String, String> tags) {
        Headers all = sent.only(name -> !S3Request.isHeader(name)
                || name.equals(ExpectedOwner.OF_BUCKET)
                || (checked && name.equals(SignatureAuthenticator.PAYLOAD_HEADER)));
        for (String name : fields.names()) {
            if (S3Request.isHeader(name) && !name.equals(SignatureAuthenticator.PAYLOAD_HEADER)) {
                all = with(all, name, fields.first(name).orElseThrow());
            }
        }
        if (all.has(TagSet.HEADER)) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "the field " + TagSet.HEADER
                            + " is a header's: a form's tags are a document in the field 'tagging'");
        }
        Optional<String> acl = fields.first(ACL);
        Headers named = acl.isEmpty() ? all : with(all, AclHeaders.CANNED, acl.get());
        return tags.isEmpty() ? named : named.with(TagSet.HEADER, TagSet.header(tags));
    }

    private static Headers with(Headers all, String name, String value) {
        if (all.first(name).filter(said -> !said.equals(value)).isPresent()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "the form says " + name + " twice, and not the same");
        }
        return all.with(name, value);
    }
}
