package flare.s3;

import flare.config.S3Settings;
import flare.model.CanonicalId;
import flare.object.UserService;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Owners as clients see them. What is nobody's in particular is root's. */
final class Owners {

    private final UserService users;
    private final Owner root;

    Owners(UserService users, S3Settings settings) {
        this.users = users;
        this.root = new Owner(settings.rootId(), Optional.of(settings.rootDisplayName()));
    }

    /** @param displayName empty for a user that is there no more */
    record Owner(String id, Optional<String> displayName) {}

    /** Says of an owner, as buckets and objects keep it, who that is. */
    @FunctionalInterface
    interface Named {
        Owner of(Optional<String> kept);
    }

    Owner of(Principal principal) {
        return principal instanceof Principal.User user
                ? new Owner(
                        user.info().id().value(),
                        Optional.of(user.info().profile().shownName()))
                : root;
    }

    /** Looks names up where these are users', once for all of them. */
    CompletionStage<Named> named(Stream<Optional<String>> kept) {
        Set<CanonicalId> ids = kept.flatMap(Optional::stream)
                .distinct()
                .filter(CanonicalId::isValid)
                .map(CanonicalId::new)
                .collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(this::unnamed);
        }
        return users.names(ids).thenApply(names -> owner -> {
            Owner unnamed = unnamed(owner);
            return CanonicalId.isValid(unnamed.id()) && unnamed.displayName().isEmpty()
                    ? new Owner(unnamed.id(), Optional.ofNullable(names.get(new CanonicalId(unnamed.id()))))
                    : unnamed;
        });
    }

    /** @param kept as buckets and objects keep it: empty for root */
    String id(String kept) {
        return unnamed(Optional.of(kept)).id();
    }

    private Owner unnamed(Optional<String> kept) {
        return kept.filter(id -> !id.isEmpty())
                .map(id -> new Owner(id, Optional.empty()))
                .orElse(root);
    }
}
