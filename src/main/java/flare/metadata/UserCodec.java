package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.CreateUserOrder;
import flare.metadata.wire.KeyPairValue;
import flare.metadata.wire.Operation;
import flare.metadata.wire.SetUserPolicyOrder;
import flare.metadata.wire.UserProfileValue;
import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserName;
import flare.model.UserProfile;
import java.util.Optional;

/** Commands about users to and from Protocol Buffers. */
final class UserCodec {

    private UserCodec() {}

    static boolean encode(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.CreateUser create) {
            CreateUserOrder.Builder order = to.getCreateUserBuilder().setProfile(encode(create.profile()));
            create.key().ifPresent(key -> order.setKey(encode(key)));
        } else if (command instanceof Command.RemoveUser remove) {
            to.getRemoveUserBuilder().setUser(remove.user().value());
        } else if (command instanceof Command.EnableUser enable) {
            to.getEnableUserBuilder().setUser(enable.user().value()).setEnabled(enable.enabled());
        } else if (command instanceof Command.AddUserKey add) {
            to.getAddUserKeyBuilder().setUser(add.user().value()).setKey(encode(add.key()));
        } else if (command instanceof Command.RemoveUserKey remove) {
            to.getRemoveUserKeyBuilder().setUser(remove.user().value()).setAccessKey(remove.accessKey());
        } else if (command instanceof Command.EnableUserKey enable) {
            to.getEnableUserKeyBuilder()
                    .setUser(enable.user().value())
                    .setAccessKey(enable.accessKey())
                    .setEnabled(enable.enabled());
        } else if (command instanceof Command.SetUserPolicy set) {
            SetUserPolicyOrder.Builder order = to.getSetUserPolicyBuilder()
                    .setUser(set.user().value())
                    .setName(set.name().value());
            set.document().ifPresent(document -> order.setDocument(ByteString.copyFrom(document.bytes())));
        } else {
            return false;
        }
        return true;
    }

    static UserProfileValue encode(UserProfile profile) {
        UserProfileValue.Builder encoded = UserProfileValue.newBuilder()
                .setId(profile.id().value())
                .setName(profile.name().value());
        profile.displayName().ifPresent(encoded::setDisplayName);
        profile.email().ifPresent(encoded::setEmail);
        return encoded.build();
    }

    static KeyPairValue encode(KeyPair pair) {
        return KeyPairValue.newBuilder()
                .setAccessKey(pair.accessKey())
                .setSecret(pair.secret())
                .build();
    }

    static Command<?> decode(Operation from) throws MalformedEntryException {
        return switch (from.getCommandCase()) {
            case CREATE_USER ->
                Field.of(
                        "create_user",
                        () -> new Command.CreateUser(
                                decode(from.getCreateUser().getProfile()),
                                from.getCreateUser().hasKey()
                                        ? Optional.of(
                                                decode(from.getCreateUser().getKey()))
                                        : Optional.empty()));
            case REMOVE_USER ->
                new Command.RemoveUser(
                        user("remove_user.user", from.getRemoveUser().getUser()));
            case ENABLE_USER ->
                new Command.EnableUser(
                        user("enable_user.user", from.getEnableUser().getUser()),
                        from.getEnableUser().getEnabled());
            case ADD_USER_KEY ->
                Field.of(
                        "add_user_key",
                        () -> new Command.AddUserKey(
                                new CanonicalId(from.getAddUserKey().getUser()),
                                decode(from.getAddUserKey().getKey())));
            case REMOVE_USER_KEY ->
                new Command.RemoveUserKey(
                        user("remove_user_key.user", from.getRemoveUserKey().getUser()),
                        from.getRemoveUserKey().getAccessKey());
            case ENABLE_USER_KEY ->
                new Command.EnableUserKey(
                        user("enable_user_key.user", from.getEnableUserKey().getUser()),
                        from.getEnableUserKey().getAccessKey(),
                        from.getEnableUserKey().getEnabled());
            default -> Field.of("set_user_policy", () -> setPolicy(from.getSetUserPolicy()));
        };
    }

    private static Command<?> setPolicy(SetUserPolicyOrder set) {
        return new Command.SetUserPolicy(
                new CanonicalId(set.getUser()),
                new PolicyName(set.getName()),
                set.hasDocument() ? Optional.of(new Document(set.getDocument().toByteArray())) : Optional.empty());
    }

    private static CanonicalId user(String field, String id) throws MalformedEntryException {
        return Field.of(field, () -> new CanonicalId(id));
    }

    static UserProfile decode(UserProfileValue profile) {
        return new UserProfile(
                new CanonicalId(profile.getId()),
                new UserName(profile.getName()),
                profile.hasDisplayName() ? Optional.of(profile.getDisplayName()) : Optional.empty(),
                profile.hasEmail() ? Optional.of(profile.getEmail()) : Optional.empty());
    }

    static KeyPair decode(KeyPairValue pair) {
        return new KeyPair(pair.getAccessKey(), pair.getSecret());
    }
}
