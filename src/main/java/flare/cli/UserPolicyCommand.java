package flare.cli;

import flare.admin.UserStatus;
import flare.cli.AdminConnection.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "policy",
        aliases = "policies",
        mixinStandardHelpOptions = true,
        description = "Manages what a user may do: IAM policies in JSON, each under a name.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare user policy put anna readwrite            a built-in one, also readonly and writeonly",
            "  flare user policy put anna photos --file photos.json",
            "  flare user policy show anna photos",
            "  flare user policy remove anna readwrite",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class UserPolicyCommand implements Runnable {

    private static final String POLICY = "The policy's name.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the policies? put, list, show and remove are allowed");
    }

    @Command(
            name = "put",
            mixinStandardHelpOptions = true,
            description = "Puts a policy in place of one of that name, at once: from a file, or the built-in one.")
    void put(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "POLICY", description = POLICY) String policy,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "File that holds the JSON, - for standard input (default: the built-in policy"
                                    + " of that name).")
                    @Nullable
                    String file) {
        Order document = file == null ? Order.NOTHING : new Order(read(file));
        change(server, "PUT", name, policy, document, "put");
    }

    private byte[] read(String file) {
        try {
            byte[] json = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            if (json.length == 0) {
                throw new ParameterException(spec.commandLine(), "--file " + file + " is empty: no policy");
            }
            return json;
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--file " + file + " can't be read: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the names of a user's policies.")
    void list(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name) {
        server.get(
                UserCommand.path(name),
                UserStatus.class,
                (user, out) -> user.policies().forEach(out::println));
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Prints a policy's JSON.")
    void show(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "POLICY", description = POLICY) String policy) {
        server.document(path(name, policy));
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes a policy, at once.")
    void remove(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME", description = UserCommand.NAME) String name,
            @Parameters(paramLabel = "POLICY", description = POLICY) String policy) {
        change(server, "DELETE", name, policy, Order.NOTHING, "removed");
    }

    private static void change(
            AdminConnection server, String method, String name, String policy, Order document, String done) {
        server.order(
                method,
                path(name, policy),
                document,
                UserStatus.class,
                (user, out) -> out.println("policy " + policy + " of user " + user.name() + " is " + done));
    }

    private static String path(String name, String policy) {
        return UserCommand.path(name) + "/policies/" + UserCommand.segment(policy);
    }
}
