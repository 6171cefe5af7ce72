package flare.admin;

import static flare.admin.UserAdministration.named;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PolicyName;
import flare.model.UserName;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the admin port does below {@code /admin/users}, method and path to answer.
 *
 * <pre>
 *   GET    /admin/users                                    ?after=
 *   GET    /admin/users/{name}          PUT (NewUser)      DELETE
 *   PUT    /admin/users/{name}/enable   PUT …/disable
 *   POST   /admin/users/{name}/keys     (NewKey)
 *   DELETE /admin/users/{name}/keys/{key}                  PUT …/enable   PUT …/disable
 *   GET    /admin/users/{name}/policies/{policy}           PUT (the policy; nothing: the built-in one)   DELETE
 * </pre>
 *
 * No page in somebody's browser can order anything here: browsers ask before they send such methods elsewhere, and a POST
 * must say that it brings JSON, before which they ask, too.
 */
final class UserRoutes {

    static final String PATH = "/admin/users";

    private final UserAdministration users;

    UserRoutes(UserAdministration users) {
        this.users = users;
    }

    /** @param after of a listing's query */
    record Order(String method, String path, Optional<String> after, Optional<String> contentType, byte[] body) {

        boolean is(String wanted) {
            return method.equals(wanted) || (method.equals("HEAD") && wanted.equals("GET"));
        }

        private <T> T json(Class<T> type) {
            if (contentType.filter(text -> text.startsWith("application/json")).isEmpty()) {
                throw new FlareException(
                        Fault.INVALID_REQUEST,
                        "the body must be JSON and be said to be: Content-Type: application/json");
            }
            try {
                return AdminJson.readStrictly(body, type);
            } catch (IOException e) {
                // Its message might quote a secret.
                throw new FlareException(
                        Fault.INVALID_REQUEST,
                        "the body is not a JSON object with "
                                + Arrays.stream(type.getRecordComponents())
                                        .map(component -> component.getName())
                                        .toList()
                                + ", all of them texts that may be missing");
            }
        }
    }

    /** Empty: there is nothing at that path; METHOD_NOT_ALLOWED: not by that method. The answer is JSON, or to become it. */
    Optional<CompletionStage<?>> answer(Order order) {
        List<String> parts = List.of(
                order.path().substring(PATH.length()).replaceFirst("^/", "").split("/", -1));
        if (parts.size() == 1 && parts.get(0).isEmpty()) {
            require(order, "GET");
            return Optional.of(users.list(order.after().orElse("")));
        }
        UserName name = named(() -> new UserName(parts.get(0)));
        return switch (parts.size()) {
            case 1 -> Optional.of(ofUser(name, order));
            case 2 -> ofUserAnd(name, parts.get(1), order);
            case 3 -> ofThird(name, parts.get(1), parts.get(2), order);
            case 4 ->
                parts.get(1).equals("keys") ? enableKey(name, parts.get(2), parts.get(3), order) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private CompletionStage<?> ofUser(UserName name, Order order) {
        require(order, "GET", "PUT", "DELETE");
        return switch (order.method()) {
            case "PUT" -> users.add(name, order.json(NewUser.class));
            case "DELETE" -> users.remove(name);
            default -> users.show(name);
        };
    }

    private Optional<CompletionStage<?>> ofUserAnd(UserName name, String what, Order order) {
        switch (what) {
            case "enable", "disable" -> {
                require(order, "PUT");
                return Optional.of(users.enable(name, what.equals("enable")));
            }
            case "keys" -> {
                require(order, "POST");
                return Optional.of(users.addKey(name, order.json(NewKey.class)));
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private Optional<CompletionStage<?>> ofThird(UserName name, String what, String which, Order order) {
        switch (what) {
            case "keys" -> {
                require(order, "DELETE");
                return Optional.of(users.removeKey(name, which));
            }
            case "policies" -> {
                PolicyName policy = named(() -> new PolicyName(which));
                require(order, "GET", "PUT", "DELETE");
                return Optional.of(
                        switch (order.method()) {
                            case "PUT" -> users.setPolicy(name, policy, order.body());
                            case "DELETE" -> users.removePolicy(name, policy);
                            default -> users.policy(name, policy);
                        });
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private Optional<CompletionStage<?>> enableKey(UserName name, String key, String what, Order order) {
        if (!what.equals("enable") && !what.equals("disable")) {
            return Optional.empty();
        }
        require(order, "PUT");
        return Optional.of(users.enableKey(name, key, what.equals("enable")));
    }

    private static void require(Order order, String... methods) {
        if (Arrays.stream(methods).noneMatch(order::is)) {
            throw new FlareException(Fault.METHOD_NOT_ALLOWED, "this path answers " + String.join(", ", methods));
        }
    }
}
