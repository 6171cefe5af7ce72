package flare.s3;

import flare.model.BucketName;
import flare.s3.PostPolicy.AllowedLength;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Who sent a POST form, and what they signed of it. Its own, since a form is signed in its fields and not in its head. */
@FunctionalInterface
interface Forms {

    /**
     * @param length what length the file may have
     * @param algorithm by what the form itself is signed; empty where only its head is, or nothing
     */
    record Signed(Principal signer, AllowedLength length, Optional<String> algorithm) {}

    /**
     * Throws or fails with {@link flare.model.FlareException}: what is wrong with policy or signature.
     *
     * @param sender who signed the head, who is the signer where the form itself has none
     * @param fields by lower-case name, {@code key} with the file's name put in
     */
    CompletionStage<Signed> check(Principal sender, BucketName bucket, Map<String, String> fields);
}
