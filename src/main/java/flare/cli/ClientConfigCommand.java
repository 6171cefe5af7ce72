package flare.cli;

import flare.config.InvalidSettingException;
import flare.config.S3Settings;
import flare.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "client-config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what a client needs to use this server: to be pasted, or written to the file that is named.",
            "Asks no server; what is not said by an option comes from the settings and the environment that 'flare server'"
                    + " would read."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare client-config aws",
            "  flare client-config rclone --endpoint https://s3.example.com --virtual-host",
            "  flare client-config curl --show-secret --bucket photos",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ClientConfigCommand implements Callable<Integer> {

    /** Stands for a secret that is not to be shown, or not known. */
    static final String SECRET = "SECRET-KEY";

    /** Good for a server that asks for no key: clients want one to send. */
    private static final String ANY = "anybody";

    @Parameters(paramLabel = "CLIENT", description = "aws, rclone, s3cmd, restic, boto3, s3fs, mc or curl.")
    private ClientTool client;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Where the clients reach the server (default: the domain or the address of the settings).")
    private @Nullable String endpoint;

    @Option(
            names = "--virtual-host",
            negatable = true,
            description = "Whether hosts below the endpoint name buckets (default: if it is in flare.s3.domain).")
    private @Nullable Boolean virtualHost;

    @Option(names = "--region", paramLabel = "NAME", description = "Region (default: flare.s3.region).")
    private @Nullable String region;

    @Option(
            names = "--access-key",
            paramLabel = "KEY",
            description = "Access key (default: that of the root); its secret is not known here.")
    private @Nullable String accessKey;

    @Option(names = "--show-secret", description = "Print the root's secret key instead of " + SECRET + ".")
    private boolean showSecret;

    @Option(
            names = "--bucket",
            paramLabel = "NAME",
            defaultValue = "object",
            description = "Bucket of the examples (default: ${DEFAULT-VALUE}).")
    private String bucket;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        Settings settings = settings();
        S3Settings s3 = settings.s3();
        URI where = endpoint == null ? ownEndpoint(settings) : parsed(endpoint);
        boolean below = virtualHost == null ? s3.domain().contains(where.getHost()) : virtualHost;
        String key = accessKey != null ? accessKey : s3.rootAccessKey().orElse(ANY);
        String secret = secret(s3);
        PrintWriter out = command.commandLine().getOut();
        if (secret.equals(SECRET)) {
            out.println("# " + SECRET + " stands for the secret key of " + key
                    + (accessKey == null ? " (--show-secret prints it)" : ""));
        }
        out.print(client.text(
                new ClientTool.Server(where, below, region == null ? s3.region() : region, key, secret, bucket)));
        out.flush();
        return 0;
    }

    private static Settings settings() {
        try {
            return Settings.load();
        } catch (InvalidSettingException e) {
            throw new CommandFailedException(FlareCommand.REFUSED, String.valueOf(e.getMessage()));
        }
    }

    private static URI ownEndpoint(Settings settings) {
        String bind = settings.node().bind();
        String address = bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind;
        String host = settings.s3().domain().isEmpty()
                ? (address.contains(":") ? "[" + address + "]" : address)
                : settings.s3().domain().get(0);
        String scheme = settings.http().tls().isOn() ? "https" : "http";
        int port = settings.http().port();
        boolean usual = port == (settings.http().tls().isOn() ? 443 : 80);
        return URI.create(scheme + "://" + host + (usual ? "" : ":" + port));
    }

    private URI parsed(String text) {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (http && uri.getHost() != null && uri.getRawPath().isEmpty() && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw notAllowed(text);
        }
        throw notAllowed(text);
    }

    private ParameterException notAllowed(String text) {
        return new ParameterException(
                command.commandLine(),
                "--endpoint " + text + " is not allowed: a URL without path, such as https://s3.example.com:8000, is");
    }

    private String secret(S3Settings s3) {
        if (accessKey != null || (s3.hasCredentials() && !showSecret)) {
            return SECRET;
        }
        Optional<Path> file = s3.rootSecretKeyFile();
        try {
            return file.isPresent()
                    ? Files.readString(file.get()).strip()
                    : s3.rootSecretKey().orElse(ANY);
        } catch (IOException e) {
            throw new CommandFailedException(
                    FlareCommand.REFUSED,
                    "flare.s3.root-secret-key-file can't be read: "
                            + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
