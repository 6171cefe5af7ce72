package flare.cli;

import flare.admin.Status;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        description = {
            "Shows and changes what is chosen for the whole cluster.",
            "Files of settings only seed it at the first start."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare settings show",
            "  flare settings set copies=3                      what is stored already gets its third copy, too",
            "  flare settings set strategy=consistent-hash      or round-robin; copies are moved to match"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class SettingsCommand implements Runnable {

    private static final String PATH = "/admin/settings";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about the settings? show and set are allowed");
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows them.")
    void show(@Mixin AdminConnection server) {
        server.get(PATH, Status.Cluster.class, SettingsCommand::print);
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Changes some. Returns at once; 'flare status' shows how what is stored follows.")
    void set(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "NAME=VALUE", arity = "1..*", description = "copies=NUMBER, strategy=NAME.")
                    Map<String, String> changes) {
        String query = changes.entrySet().stream()
                .map(change -> encoded(change.getKey()) + "=" + encoded(change.getValue()))
                .collect(Collectors.joining("&"));
        server.post(PATH + "?" + query, Status.Cluster.class, SettingsCommand::print);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static void print(Status.Cluster cluster, PrintWriter out) {
        Text.table(
                out,
                List.of("SETTING", "VALUE"),
                List.of(
                        List.of("copies", Integer.toString(cluster.wantedCopies())),
                        List.of("strategy", cluster.placementStrategy()),
                        List.of("chunk size", Text.bytes(cluster.chunkBytes()))));
    }
}
