package flare.object;

import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserKey;
import flare.model.UserName;
import flare.model.UserProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Users, their keys and policies. What is read is as of now: a key that was removed counts no more once its removal was
 * answered. Stages fail with {@link flare.model.FlareException}: NO_SUCH_USER where one is changed that is not there.
 */
public interface UserService {

    /** Whose key it is, enabled or not; empty if it is nobody's. */
    CompletionStage<Optional<KeyHolder>> findAccessKey(String accessKey);

    CompletionStage<Optional<UserInfo>> find(CanonicalId id);

    CompletionStage<Optional<UserInfo>> find(UserName name);

    /** What others see of these users; those that are not there are left out. */
    CompletionStage<Map<CanonicalId, String>> names(Set<CanonicalId> ids);

    /** Which of these names are users'. */
    CompletionStage<Set<UserName>> known(Set<UserName> names);

    /**
     * Users in the order of their names.
     *
     * @param after exclusive; may be empty
     * @param limit at least 1
     */
    CompletionStage<UserPage> list(String after, int limit);

    /** USER_ALREADY_EXISTS for the id and the name, ACCESS_KEY_ALREADY_EXISTS; LIMIT_EXCEEDED. */
    CompletionStage<Void> create(UserProfile profile, Optional<KeyPair> key);

    /** With keys and policies; what is the user's stays and goes on carrying the id. */
    CompletionStage<Void> remove(CanonicalId user);

    /** None of a disabled user's keys counts. */
    CompletionStage<Void> enable(CanonicalId user, boolean enabled);

    /** ACCESS_KEY_ALREADY_EXISTS, LIMIT_EXCEEDED. */
    CompletionStage<Void> addKey(CanonicalId user, KeyPair key);

    /** NO_SUCH_ACCESS_KEY. */
    CompletionStage<Void> removeKey(CanonicalId user, String accessKey);

    /** NO_SUCH_ACCESS_KEY. */
    CompletionStage<Void> enableKey(CanonicalId user, String accessKey, boolean enabled);

    /** Puts a policy in place of one of that name, or removes it: NO_SUCH_USER_POLICY. LIMIT_EXCEEDED. */
    CompletionStage<Void> setPolicy(CanonicalId user, PolicyName name, Optional<byte[]> document);

    /** @param key the one that was asked for */
    record KeyHolder(UserInfo user, UserKey key) {}

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record UserPage(List<UserInfo> users, Optional<String> next) {}
}
