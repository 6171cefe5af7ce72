package flare.metadata;

import flare.model.BucketInfo.Document;
import flare.model.CanonicalId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PolicyName;
import flare.model.UserInfo;
import flare.model.UserKey;
import flare.model.UserProfile;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The model's users: everything is found by looking at all of them. */
final class ModelUsers {

    private final TreeMap<CanonicalId, UserInfo> all = new TreeMap<>();

    Command.Done execute(Command<?> command, long version, Instant now) {
        if (command instanceof Command.CreateUser create) {
            UserProfile profile = create.profile();
            ModelState.require(
                    find(user -> user.id().equals(profile.id()) || user.name().equals(profile.name()))
                            .isEmpty(),
                    Fault.USER_ALREADY_EXISTS,
                    "user");
            Map<String, UserKey> keys = new HashMap<>();
            create.key().ifPresent(pair -> {
                requireFree(pair.accessKey());
                keys.put(pair.accessKey(), new UserKey(pair, now, true));
            });
            all.put(profile.id(), new UserInfo(profile, true, now, version, keys, Map.of()));
        } else if (command instanceof Command.RemoveUser remove) {
            get(remove.user());
            all.remove(remove.user());
        } else if (command instanceof Command.EnableUser enable) {
            UserInfo user = get(enable.user());
            put(user, enable.enabled(), version, user.keys(), user.policies());
        } else if (command instanceof Command.AddUserKey add) {
            UserInfo user = get(add.user());
            requireFree(add.key().accessKey());
            ModelState.require(user.keys().size() < UserInfo.MAX_KEYS, Fault.LIMIT_EXCEEDED, "keys");
            putKey(user, version, new UserKey(add.key(), now, true));
        } else if (command instanceof Command.RemoveUserKey remove) {
            UserInfo user = get(remove.user());
            key(user, remove.accessKey());
            Map<String, UserKey> keys = new HashMap<>(user.keys());
            keys.remove(remove.accessKey());
            put(user, user.enabled(), version, keys, user.policies());
        } else if (command instanceof Command.EnableUserKey enable) {
            UserInfo user = get(enable.user());
            UserKey old = key(user, enable.accessKey());
            putKey(user, version, new UserKey(old.pair(), old.created(), enable.enabled()));
        } else if (command instanceof Command.SetUserPolicy set) {
            UserInfo user = get(set.user());
            Map<PolicyName, Document> policies = new HashMap<>(user.policies());
            boolean had = policies.remove(set.name()) != null;
            ModelState.require(had || set.document().isPresent(), Fault.NO_SUCH_USER_POLICY, "policy");
            set.document().ifPresent(document -> policies.put(set.name(), document));
            int bytes = policies.values().stream()
                    .mapToInt(document -> document.bytes().length)
                    .sum();
            ModelState.require(
                    policies.size() <= UserInfo.MAX_POLICIES && bytes <= UserInfo.MAX_ALL_POLICY_BYTES,
                    Fault.LIMIT_EXCEEDED,
                    "policies");
            put(user, user.enabled(), version, user.keys(), policies);
        }
        return new Command.Done();
    }

    private void putKey(UserInfo user, long version, UserKey key) {
        Map<String, UserKey> keys = new HashMap<>(user.keys());
        keys.put(key.accessKey(), key);
        put(user, user.enabled(), version, keys, user.policies());
    }

    private void put(
            UserInfo user,
            boolean enabled,
            long version,
            Map<String, UserKey> keys,
            Map<PolicyName, Document> policies) {
        all.put(user.id(), new UserInfo(user.profile(), enabled, user.created(), version, keys, policies));
    }

    private void requireFree(String accessKey) {
        ModelState.require(
                find(user -> user.keys().containsKey(accessKey)).isEmpty(), Fault.ACCESS_KEY_ALREADY_EXISTS, "key");
    }

    private UserInfo get(CanonicalId id) {
        return find(user -> user.id().equals(id)).orElseThrow(() -> new FlareException(Fault.NO_SUCH_USER, "user"));
    }

    private static UserKey key(UserInfo user, String accessKey) {
        UserKey key = user.keys().get(accessKey);
        if (key == null) {
            throw new FlareException(Fault.NO_SUCH_ACCESS_KEY, "key");
        }
        return key;
    }

    private Optional<UserInfo> find(Predicate<UserInfo> which) {
        return all.values().stream().filter(which).findFirst();
    }

    static boolean isAsked(Query<?> query) {
        return query instanceof Query.FindAccessKey
                || query instanceof Query.GetUser
                || query instanceof Query.FindUser
                || query instanceof Query.NameUsers
                || query instanceof Query.KnownUsers
                || query instanceof Query.ListUsers;
    }

    Object answer(Query<?> query) {
        if (query instanceof Query.FindAccessKey find) {
            return find(user -> user.keys().containsKey(find.accessKey()));
        } else if (query instanceof Query.GetUser get) {
            return find(user -> user.id().equals(get.id()));
        } else if (query instanceof Query.FindUser find) {
            return find(user -> user.name().equals(find.name()));
        } else if (query instanceof Query.NameUsers names) {
            return all.values().stream()
                    .filter(user -> names.ids().contains(user.id()))
                    .collect(Collectors.toMap(
                            UserInfo::id, user -> user.profile().shownName()));
        }
        if (query instanceof Query.KnownUsers known) {
            return all.values().stream()
                    .map(UserInfo::name)
                    .filter(known.names()::contains)
                    .collect(Collectors.toSet());
        }
        Query.ListUsers list = (Query.ListUsers) query;
        List<UserInfo> behind = all.values().stream()
                .filter(user -> user.name().value().compareTo(list.after()) > 0)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
        List<UserInfo> page = behind.stream().limit(list.limit()).toList();
        return new Query.UserPage(
                page,
                page.size() < behind.size()
                        ? Optional.of(page.get(page.size() - 1).name().value())
                        : Optional.empty());
    }
}
