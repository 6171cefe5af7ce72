package flare.s3;

import flare.model.BucketName;
import flare.s3.PostPolicy.AllowedLength;
import java.util.Map;

/** Whether a POST form may store what it wants to. Its own, since a form is signed in its fields and not in its head. */
@FunctionalInterface
interface Forms {

    /**
     * Answers what length the file may have. Throws {@link flare.model.FlareException} with ACCESS_DENIED, or what is wrong
     * with policy or signature.
     *
     * @param fields by lower-case name, {@code key} with the file's name put in
     */
    AllowedLength check(AuthenticatedRequest.Principal sender, BucketName bucket, Map<String, String> fields);
}
