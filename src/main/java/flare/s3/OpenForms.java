package flare.s3;

import flare.model.BucketName;
import flare.s3.PostPolicy.AllowedLength;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes every form, as {@link OpenAuthenticator} takes every request; what a policy says still holds. */
final class OpenForms implements Forms {

    private final Clock clock;

    OpenForms(Clock clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Signed> check(Principal sender, BucketName bucket, Map<String, String> fields) {
        String policy = fields.get("policy");
        AllowedLength length = policy == null
                ? AllowedLength.ANY
                : PostPolicyParser.parse(new String(ObjectHeaders.base64(policy), StandardCharsets.UTF_8))
                        .check(fields, bucket, clock.instant());
        return CompletableFuture.completedFuture(new Signed(sender, length, Optional.empty()));
    }
}
