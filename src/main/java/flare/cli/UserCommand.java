package flare.cli;

import flare.admin.IssuedKey;
import flare.admin.NewUser;
import flare.admin.UserList;
import flare.admin.UserStatus;
import flare.cli.AdminConnection.Order;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "user",
        aliases = "users",
        mixinStandardHelpOptions = true,
        description = {
            "Manages users: who may use the object port beside the key pair of the settings.",
            "A user has access keys and policies; without a policy the user may do nothing."
        },
        subcommands = {UserKeyCommand.class, UserPolicyCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare user add anna --policy readwrite      prints an access key and, this once, its secret",
            "  flare user add bob --access-key BOB --secret-key-file bob.secret",
            "  flare user list",
            "  flare user key add anna                     a second key, to change over to",
            "  flare user key remove anna OLDACCESSKEY",
            "  flare user policy put anna photos --file photos.json",
            "  flare user disable anna",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class UserCommand implements Runnable {

    static final String USERS = "/admin/users";
    static final String NAME = "The user's name.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "what about the users? add, list, show, remove, enable, disable, key and policy are allowed");
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a user with a key pair and prints both keys: the secret is not shown again.")
    void add(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Mixin OwnKeyPair pair,
            @Option(
                            names = "--id",
                            paramLabel = "HEX",
                            description = "Canonical id of 64 hexadecimal digits, for a user whose buckets came from"
                                    + " elsewhere or were made before (default: a random one).")
                    @Nullable
                    String id,
            @Option(names = "--display-name", paramLabel = "TEXT", description = "What others see (default: NAME).")
                    @Nullable
                    String displayName,
            @Option(names = "--email", paramLabel = "ADDRESS", description = "Kept, and nothing more.") @Nullable
                    String email,
            @Option(
                            names = "--policy",
                            paramLabel = "POLICY",
                            description = "Built-in policies to put at once, such as readwrite or readonly; may be said"
                                    + " again.")
                    @Nullable
                    List<String> policies) {
        NewUser user = new NewUser(id, displayName, email, pair.accessKey(), pair.secretKey());
        server.order("PUT", path(name), Order.json(user), IssuedKey.class, UserCommand::print);
        for (String policy : policies == null ? List.<String>of() : policies) {
            server.quietly("PUT", path(name) + "/policies/" + segment(policy));
        }
    }

    static void print(IssuedKey issued, PrintWriter out) {
        out.println("user          " + issued.user());
        out.println("canonical id  " + issued.id());
        out.println("access key    " + issued.accessKey());
        out.println("secret key    " + issued.secretKey());
        out.println("Keep the secret key: it is not shown again.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the users.")
    void list(@Mixin AdminConnection server) {
        List<UserStatus> all = new ArrayList<>();
        String next = server.get(USERS, UserList.class, (list, out) -> all.addAll(list.users()))
                .next();
        while (next != null) {
            next = server.get(
                            USERS + "?after=" + segment(next), UserList.class, (list, out) -> all.addAll(list.users()))
                    .next();
        }
        server.say(out -> print(all, out));
    }

    private static void print(List<UserStatus> users, PrintWriter out) {
        if (users.isEmpty()) {
            out.println("there is no user: 'flare user add NAME' adds one");
            return;
        }
        Text.table(
                out,
                List.of("USER", "ENABLED", "KEYS", "POLICIES", "CREATED", "CANONICAL ID"),
                users.stream()
                        .map(user -> List.of(
                                user.name(),
                                user.enabled() ? "yes" : "no",
                                Integer.toString(user.keys().size()),
                                user.policies().isEmpty() ? "none" : String.join(",", user.policies()),
                                user.created(),
                                user.id()))
                        .toList());
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a user with keys, without secrets.")
    void show(@Mixin AdminConnection server, @Parameters(paramLabel = "NAME", description = NAME) String name) {
        server.get(path(name), UserStatus.class, UserCommand::print);
    }

    static void print(UserStatus user, PrintWriter out) {
        out.println("user          " + user.name() + (user.enabled() ? "" : ", disabled"));
        out.println("canonical id  " + user.id());
        if (user.displayName() != null) {
            out.println("display name  " + user.displayName());
        }
        if (user.email() != null) {
            out.println("e-mail        " + user.email());
        }
        out.println("created       " + user.created());
        out.println("policies      "
                + (user.policies().isEmpty() ? "none: the user may do nothing" : String.join(", ", user.policies())));
        for (UserStatus.Key key : user.keys()) {
            out.println("key           " + key.accessKey() + ", made " + key.created()
                    + (key.enabled() ? "" : ", disabled"));
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes a user with all keys and policies. What the user owns stays, and stays owned by the"
                    + " canonical id.")
    void remove(@Mixin AdminConnection server, @Parameters(paramLabel = "NAME", description = NAME) String name) {
        server.order(
                "DELETE",
                path(name),
                Order.NOTHING,
                UserStatus.class,
                (user, out) ->
                        out.println("user " + user.name() + " is removed; what it owned belongs to " + user.id()));
    }

    @Command(name = "enable", mixinStandardHelpOptions = true, description = "Lets a disabled user in again.")
    void enable(@Mixin AdminConnection server, @Parameters(paramLabel = "NAME", description = NAME) String name) {
        turn(server, name, "enable");
    }

    @Command(
            name = "disable",
            mixinStandardHelpOptions = true,
            description = "Keeps a user out, at once, whatever the key.")
    void disable(@Mixin AdminConnection server, @Parameters(paramLabel = "NAME", description = NAME) String name) {
        turn(server, name, "disable");
    }

    private static void turn(AdminConnection server, String name, String order) {
        server.order(
                "PUT",
                path(name) + "/" + order,
                Order.NOTHING,
                UserStatus.class,
                (user, out) -> out.println("user " + user.name() + " is " + (user.enabled() ? "enabled" : "disabled")));
    }

    static String path(String user) {
        return USERS + "/" + segment(user);
    }

    /** Names need no escape; what is none is told apart by the server. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
