package flare.cli;

import flare.admin.IssuedKey;
import flare.admin.NewKey;
import flare.admin.UserStatus;
import flare.cli.AdminConnection.Order;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "key",
        aliases = "keys",
        mixinStandardHelpOptions = true,
        description = "Manages the access keys of a user. 'flare user show NAME' shows them.",
        footerHeading = "%nTo change over to another key:%n",
        footer = {
            "  flare user key add anna                   and give the client what it prints",
            "  flare user key disable anna OLDACCESSKEY  and see that nothing misses it",
            "  flare user key remove anna OLDACCESSKEY",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class UserKeyCommand implements Runnable {

    private static final String KEY = "The access key.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the keys? add, remove, enable and disable are allowed");
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a key pair and prints it: the secret is not shown again.")
    void add(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Mixin OwnKeyPair pair) {
        server.order(
                "POST",
                UserCommand.path(name) + "/keys",
                Order.json(new NewKey(pair.accessKey(), pair.secretKey())),
                IssuedKey.class,
                UserCommand::print);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes an access key: nobody gets in with it from now on.")
    void remove(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "KEY", description = KEY) String key) {
        change(server, "DELETE", name, key, "", "removed");
    }

    @Command(name = "enable", mixinStandardHelpOptions = true, description = "Lets a disabled access key count again.")
    void enable(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "KEY", description = KEY) String key) {
        change(server, "PUT", name, key, "/enable", "enabled");
    }

    @Command(name = "disable", mixinStandardHelpOptions = true, description = "Lets an access key not count, at once.")
    void disable(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "KEY", description = KEY) String key) {
        change(server, "PUT", name, key, "/disable", "disabled");
    }

    private static void change(
            AdminConnection server, String method, String name, String key, String order, String done) {
        server.order(
                method,
                UserCommand.path(name) + "/keys/" + UserCommand.segment(key) + order,
                Order.NOTHING,
                UserStatus.class,
                (user, out) -> out.println("access key " + key + " of user " + user.name() + " is " + done));
    }
}
