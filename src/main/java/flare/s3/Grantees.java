package flare.s3;

import flare.access.Acl;
import flare.access.Grant;
import flare.access.Grantee;
import flare.access.Policy;
import flare.config.S3Settings;
import flare.model.CanonicalId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.UserName;
import flare.object.UserService;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Whether those whom ACLs and policies name are there: what was meant for somebody must not wait for anybody. */
final class Grantees {

    private final UserService users;
    private final String rootId;

    Grantees(UserService users, S3Settings settings) {
        this.users = users;
        this.rootId = settings.rootId();
    }

    /** With root's id as it is kept. Fails with INVALID_ARGUMENT for an id that is nobody's. */
    CompletionStage<Acl> known(Acl acl) {
        if (!(acl instanceof Acl.Granted granted)) {
            return CompletableFuture.completedFuture(acl);
        }
        Set<String> ids = new HashSet<>();
        for (Grant grant : granted.list()) {
            if (grant.grantee() instanceof Grantee.User user && !user.id().equals(rootId)) {
                ids.add(user.id());
            }
        }
        return required(ids, Fault.INVALID_ARGUMENT)
                .thenApply(known -> new Acl.Granted(granted.list().stream()
                        .map(grant -> grant.grantee().equals(new Grantee.User(rootId))
                                ? new Grant(new Grantee.User(""), grant.permission())
                                : grant)
                        .toList()));
    }

    private CompletionStage<Void> required(Set<String> ids, Fault fault) {
        for (String id : ids) {
            if (!CanonicalId.isValid(id)) {
                throw nobody(fault, id);
            }
        }
        return users.names(ids.stream().map(CanonicalId::new).collect(Collectors.toSet()))
                .thenAccept(found -> ids.stream()
                        .filter(id -> !found.containsKey(new CanonicalId(id)))
                        .findAny()
                        .ifPresent(id -> {
                            throw nobody(fault, id);
                        }));
    }

    private static FlareException nobody(Fault fault, String id) {
        return new FlareException(fault, "there is no user with the id '" + id + "'");
    }

    /** Whether all whom a bucket's policy names are there. Fails with MALFORMED_ACCESS_POLICY. */
    CompletionStage<Void> known(Policy policy) {
        Set<String> ids = new HashSet<>(policy.userIds());
        ids.removeAll(Set.of(rootId, ""));
        Set<UserName> names = policy.userNames().stream().map(UserName::new).collect(Collectors.toSet());
        return required(ids, Fault.MALFORMED_ACCESS_POLICY)
                .thenCompose(known -> users.known(names))
                .thenAccept(known -> names.stream()
                        .filter(name -> !known.contains(name))
                        .findAny()
                        .ifPresent(name -> {
                            throw new FlareException(
                                    Fault.MALFORMED_ACCESS_POLICY,
                                    "the policy names the user '" + name + "' who is not there");
                        }));
    }
}
