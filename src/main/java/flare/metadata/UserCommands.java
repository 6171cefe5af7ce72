package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.UserKeyRow;
import flare.metadata.wire.UserPolicyRow;
import flare.metadata.wire.UserRow;
import flare.model.CanonicalId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.KeyPair;
import flare.model.PolicyName;
import flare.model.UserInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Users with their keys and policies. A name and an access key are one user's: rows beside the user's lead to it. */
final class UserCommands {

    static final int MAX_USERS = 10_000;

    private final Applying entry;
    private final EntryBatch batch;

    UserCommands(Applying entry) {
        this.entry = entry;
        this.batch = entry.batch();
    }

    Command.Done create(Command.CreateUser create) {
        String id = create.profile().id().value();
        byte[] name = Keys.name(create.profile().name().value());
        Applying.require(
                batch.get(Family.USER, Keys.name(id)) == null,
                Fault.USER_ALREADY_EXISTS,
                () -> "there is a user with canonical id " + id + " already");
        Applying.require(
                batch.get(Family.USER_NAME, name) == null,
                Fault.USER_ALREADY_EXISTS,
                () -> "there is a user " + create.profile().name() + " already");
        Applying.require(
                batch.counters().getUsers() < MAX_USERS,
                Fault.LIMIT_EXCEEDED,
                () -> "there are " + MAX_USERS + " users already: remove one first");
        create.key().ifPresent(this::requireFree);
        UserRow.Builder user = UserRow.newBuilder()
                .setProfile(UserCodec.encode(create.profile()))
                .setCreatedMillis(entry.nowMillis());
        create.key().ifPresent(key -> add(user, key));
        batch.put(Family.USER_NAME, name, Keys.name(id));
        batch.counters().setUsers(batch.counters().getUsers() + 1);
        return keep(user);
    }

    Command.Done remove(CanonicalId id) {
        UserRow.Builder user = get(id);
        user.getKeysList()
                .forEach(key ->
                        batch.delete(Family.ACCESS_KEY, Keys.name(key.getPair().getAccessKey())));
        batch.delete(Family.USER_NAME, Keys.name(user.getProfile().getName()));
        batch.delete(Family.USER, Keys.name(id.value()));
        batch.counters().setUsers(batch.counters().getUsers() - 1);
        return new Command.Done();
    }

    Command.Done enable(Command.EnableUser enable) {
        return keep(get(enable.user()).setDisabled(!enable.enabled()));
    }

    Command.Done addKey(Command.AddUserKey add) {
        UserRow.Builder user = get(add.user());
        requireFree(add.key());
        Applying.require(
                user.getKeysCount() < UserInfo.MAX_KEYS,
                Fault.LIMIT_EXCEEDED,
                () -> "user " + user.getProfile().getName() + " has " + UserInfo.MAX_KEYS
                        + " access keys already: remove one first");
        add(user, add.key());
        return keep(user);
    }

    Command.Done removeKey(Command.RemoveUserKey remove) {
        UserRow.Builder user = get(remove.user());
        user.removeKeys(placeOf(user, remove.accessKey()));
        batch.delete(Family.ACCESS_KEY, Keys.name(remove.accessKey()));
        return keep(user);
    }

    Command.Done enableKey(Command.EnableUserKey enable) {
        UserRow.Builder user = get(enable.user());
        user.getKeysBuilder(placeOf(user, enable.accessKey())).setDisabled(!enable.enabled());
        return keep(user);
    }

    Command.Done setPolicy(Command.SetUserPolicy set) {
        UserRow.Builder user = get(set.user());
        List<UserPolicyRow> policies = new ArrayList<>(user.getPoliciesList());
        boolean had = policies.removeIf(named(set.name()));
        Applying.require(
                had || set.document().isPresent(),
                Fault.NO_SUCH_USER_POLICY,
                () -> "user " + user.getProfile().getName() + " has no policy " + set.name());
        set.document()
                .ifPresent(document -> policies.add(UserPolicyRow.newBuilder()
                        .setName(set.name().value())
                        .setDocument(ByteString.copyFrom(document.bytes()))
                        .build()));
        Applying.require(
                policies.size() <= UserInfo.MAX_POLICIES,
                Fault.LIMIT_EXCEEDED,
                () -> "user " + user.getProfile().getName() + " has " + UserInfo.MAX_POLICIES
                        + " policies already: remove one first");
        int bytes = policies.stream()
                .mapToInt(policy -> policy.getDocument().size())
                .sum();
        Applying.require(
                bytes <= UserInfo.MAX_ALL_POLICY_BYTES,
                Fault.LIMIT_EXCEEDED,
                () -> "the policies of user " + user.getProfile().getName() + " would have " + bytes
                        + " bytes together: " + UserInfo.MAX_ALL_POLICY_BYTES + " are allowed");
        policies.sort(Comparator.comparing(UserPolicyRow::getName));
        return keep(user.clearPolicies().addAllPolicies(policies));
    }

    private static Predicate<UserPolicyRow> named(PolicyName name) {
        return policy -> policy.getName().equals(name.value());
    }

    private void requireFree(KeyPair key) {
        Applying.require(
                batch.get(Family.ACCESS_KEY, Keys.name(key.accessKey())) == null,
                Fault.ACCESS_KEY_ALREADY_EXISTS,
                () -> "there is an access key " + key.accessKey() + " already");
    }

    private void add(UserRow.Builder user, KeyPair key) {
        List<UserKeyRow> keys = new ArrayList<>(user.getKeysList());
        keys.add(UserKeyRow.newBuilder()
                .setPair(UserCodec.encode(key))
                .setCreatedMillis(entry.nowMillis())
                .build());
        keys.sort(Comparator.comparing(row -> row.getPair().getAccessKey()));
        user.clearKeys().addAllKeys(keys);
        batch.put(
                Family.ACCESS_KEY,
                Keys.name(key.accessKey()),
                Keys.name(user.getProfile().getId()));
    }

    private static int placeOf(UserRow.Builder user, String accessKey) {
        for (int place = 0; place < user.getKeysCount(); place++) {
            if (user.getKeys(place).getPair().getAccessKey().equals(accessKey)) {
                return place;
            }
        }
        throw new FlareException(
                Fault.NO_SUCH_ACCESS_KEY, "user " + user.getProfile().getName() + " has no access key " + accessKey);
    }

    private UserRow.Builder get(CanonicalId id) {
        byte[] row = batch.get(Family.USER, Keys.name(id.value()));
        if (row == null) {
            throw new FlareException(Fault.NO_SUCH_USER, "there is no user with canonical id " + id);
        }
        return EntryBatch.parse(Family.USER, row, UserRow.parser()).toBuilder();
    }

    private Command.Done keep(UserRow.Builder user) {
        batch.put(
                Family.USER,
                Keys.name(user.getProfile().getId()),
                user.setRevision(entry.version()).build());
        return new Command.Done();
    }
}
