package flare.cli;

import flare.admin.AbortedUploads;
import flare.admin.UploadList;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "uploads",
        mixinStandardHelpOptions = true,
        description = "Shows multipart uploads that nobody finished yet, and aborts them: their parts take up space.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare uploads list --older-than 1d",
            "  flare uploads list --bucket photos --json",
            "  flare uploads abort 00000000000a1b2c",
            "  flare uploads abort --older-than 1d --yes",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class UploadsCommand implements Runnable {

    private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([smhd])");

    private static final String BUCKET = "Only of this bucket.";
    private static final String OLDER = "Only those that began longer ago: 90s, 30m, 12h or 7d.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about the uploads? list and abort are allowed");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the uploads that are open.")
    void list(
            @Mixin AdminConnection server,
            @Option(names = "--bucket", paramLabel = "NAME", description = BUCKET) @Nullable String bucket,
            @Option(names = "--older-than", paramLabel = "AGE", description = OLDER) @Nullable String olderThan,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "1000",
                            description = "So many at most (default: 1000, up to 10000).")
                    int limit) {
        List<String> query = query(bucket, olderThan);
        query.add("limit=" + limit);
        server.get("/admin/uploads?" + String.join("&", query), UploadList.class, UploadsCommand::print);
    }

    private static void print(UploadList list, PrintWriter out) {
        if (list.uploads().isEmpty()) {
            out.println("no upload is open");
            return;
        }
        Text.table(
                out,
                List.of("UPLOAD", "INITIATED", "PARTS", "BYTES", "BUCKET", "KEY"),
                list.uploads().stream()
                        .map(upload -> List.of(
                                upload.id(),
                                upload.initiated(),
                                Integer.toString(upload.parts()),
                                Text.bytes(upload.bytes()),
                                upload.bucket(),
                                upload.key()))
                        .toList());
        if (list.more()) {
            out.println("there are more: --limit, --bucket or --older-than choose others");
        }
    }

    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            description = "Aborts one upload, or with --yes all that are older: their parts are deleted.")
    void abort(
            @Mixin AdminConnection server,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "UPLOAD",
                            description = "The upload's id, as 'flare uploads list' shows it.")
                    @Nullable
                    String id,
            @Option(names = "--bucket", paramLabel = "NAME", description = BUCKET) @Nullable String bucket,
            @Option(names = "--older-than", paramLabel = "AGE", description = OLDER) @Nullable String olderThan,
            @Option(names = "--yes", description = "Really all that are older.") boolean yes) {
        if ((id == null) == (olderThan == null)) {
            throw new ParameterException(
                    spec.commandLine(), "which uploads? either an UPLOAD or --older-than AGE is needed");
        }
        if (id == null && !yes) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--yes is needed to abort all uploads older than " + olderThan
                            + "; 'flare uploads list --older-than " + olderThan + "' shows them");
        }
        List<String> query = query(bucket, olderThan);
        if (id != null) {
            query.add("id=" + Text.encoded(id));
        }
        query.add("limit=10000");
        server.post(
                "/admin/uploads/abort?" + String.join("&", query),
                AbortedUploads.class,
                (result, out) ->
                        out.println("aborted " + result.aborted() + (result.aborted() == 1 ? " upload" : " uploads")
                                + (result.more() ? "; there are more: say it again" : "")));
    }

    private List<String> query(@Nullable String bucket, @Nullable String olderThan) {
        List<String> query = new ArrayList<>();
        if (bucket != null) {
            query.add("bucket=" + Text.encoded(bucket));
        }
        if (olderThan != null) {
            query.add("older-than=" + age(olderThan).toSeconds());
        }
        return query;
    }

    private Duration age(String text) {
        Matcher matcher = AGE.matcher(text);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--older-than " + text + " is not allowed: an age such as 90s, 30m, 12h or 7d is");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
