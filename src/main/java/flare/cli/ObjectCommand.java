package flare.cli;

import flare.admin.LocatedObject;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "object",
        aliases = "objects",
        mixinStandardHelpOptions = true,
        description = "Shows where the bytes of an object are.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare object locate a/key",
            "  flare object locate cat.jpg --bucket photos --verify",
            "  flare object locate cat.jpg --bucket photos --version-id 00000000000a1b2c --json",
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ObjectCommand implements Runnable {

    /** Chunks asked for at once. */
    private static final int PAGE = 256;

    /** The same where each copy is read by its node before there is an answer. */
    private static final int VERIFIED_PAGE = 16;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about the object? locate is allowed");
    }

    @Command(
            name = "locate",
            mixinStandardHelpOptions = true,
            description = {
                "Shows each chunk of an object and each copy of it: node, zone, state, length and checksum.",
                "A copy is located; pending while it is made; freed while it waits to be deleted. With --json there is"
                        + " a document for each page of chunks."
            },
            footerHeading = "%nExit status: ",
            footer = "1 if a chunk has no copy, or a copy is found corrupt or missing, or can't be verified.")
    int locate(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "KEY", description = "The object's key.") String key,
            @Option(
                            names = "--bucket",
                            paramLabel = "NAME",
                            defaultValue = "object",
                            description = "The bucket it is in (default: object).")
                    String bucket,
            @Option(
                            names = "--version-id",
                            paramLabel = "ID",
                            description = "This version of it (default: the newest).")
                    @Nullable
                    String version,
            @Option(
                            names = "--verify",
                            description =
                                    "Have each node read and check its copies. A damaged one is set aside there and"
                                            + " made anew from another.")
                    boolean verify) {
        String path = "/admin/objects/locate?bucket=" + Text.encoded(bucket) + "&key=" + Text.encoded(key)
                + (version == null ? "" : "&version=" + Text.encoded(version)) + "&verify=" + verify + "&limit="
                + (verify ? VERIFIED_PAGE : PAGE);
        LocatedObject first = server.get(path, LocatedObject.class, ObjectCommand::begin);
        boolean whole = isWhole(first);
        LocatedObject page = first;
        while (page.next() != null) {
            page = server.get(path + "&from=" + page.next(), LocatedObject.class, (next, out) -> {
                if (next.internalVersion() == first.internalVersion()) {
                    pieces(next, out);
                }
            });
            if (page.internalVersion() != first.internalVersion()) {
                throw new CommandFailedException(
                        FlareCommand.REFUSED, "the object was replaced while it was looked at: say it again");
            }
            whole &= isWhole(page);
        }
        return whole ? 0 : FlareCommand.REFUSED;
    }

    private static boolean isWhole(LocatedObject page) {
        return page.pieces().stream()
                .allMatch(piece -> piece.chunk() == null
                        || (piece.copies().stream()
                                        .anyMatch(copy -> copy.state().equals("located"))
                                && piece.copies().stream()
                                        .allMatch(copy -> copy.check() == null
                                                || copy.check().equals("sound"))));
    }

    private static void begin(LocatedObject object, PrintWriter out) {
        out.println(object.bucket() + "/" + object.key() + ", version " + object.version() + ", "
                + Text.bytes(object.size()) + ", ETag " + object.etag() + ", of " + object.lastModified());
        row(out, "OFFSET", "LENGTH", "CHUNK", "CRC32C", "NODE", "ZONE", "STATE", "CHECK", "NOTE");
        pieces(object, out);
    }

    private static void pieces(LocatedObject object, PrintWriter out) {
        for (LocatedObject.Piece piece : object.pieces()) {
            String offset = Long.toString(piece.offset());
            String length = Long.toString(piece.length());
            if (piece.chunk() == null || piece.crc32c() == null) {
                row(out, offset, length, "in the metadata", "", "", "", "", "", "");
            } else if (piece.copies().isEmpty()) {
                row(out, offset, length, piece.chunk(), piece.crc32c(), "NONE", "", "", "", "every copy is gone");
            }
            for (LocatedObject.Copy copy : piece.copies()) {
                row(
                        out,
                        offset,
                        length,
                        String.valueOf(piece.chunk()),
                        String.valueOf(piece.crc32c()),
                        Integer.toString(copy.node()),
                        copy.zone(),
                        copy.state(),
                        copy.check() == null ? "" : copy.check(),
                        note(copy));
            }
        }
    }

    private static String note(LocatedObject.Copy copy) {
        String state = copy.nodeState().equals("active") ? "" : "the node is " + copy.nodeState();
        return copy.note() == null ? state : state.isEmpty() ? copy.note() : state + "; " + copy.note();
    }

    private static void row(PrintWriter out, Object... cells) {
        out.println(String.format("%-15s %-9s %-38s %-9s %-6s %-10s %-9s %-8s %s", cells)
                .stripTrailing());
    }
}
