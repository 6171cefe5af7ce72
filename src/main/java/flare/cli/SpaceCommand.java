package flare.cli;

import flare.admin.SpaceStatus;
import flare.admin.SpaceTotals;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "space",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what is stored and what it takes: by bucket, by data node, in all; how much more fits; and why space is not"
                    + " back yet after deletions.",
            "Bytes of buckets count every version, and parts of open uploads, each as often as it was stored."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare space",
            "  flare space --after photos            buckets behind this name",
            "  flare space --json --limit 10000      as the server tells it, with 'next' for the next page"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class SpaceCommand implements Runnable {

    @Mixin
    private AdminConnection server;

    @Option(
            names = "--after",
            paramLabel = "BUCKET",
            defaultValue = "",
            description = "Shows buckets behind this name.")
    private String after;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Shows at most so many buckets (1 to 10000; default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public void run() {
        server.get(
                "/admin/space?limit=" + limit + "&after=" + Text.encoded(after),
                SpaceStatus.class,
                SpaceCommand::print);
    }

    /** In short, for the status. */
    static String line(SpaceTotals space) {
        SpaceTotals.Stored stored = space.stored();
        long bytes = stored.objectBytes() + stored.olderBytes() + stored.uploadBytes();
        return (space.counted() ? Text.bytes(bytes) + " stored" : "what is stored is being counted") + ", "
                + Text.bytes(space.raw().copyBytes()) + " on data nodes; "
                + Text.bytes(space.room().freeBytes()) + " more fit; "
                + Text.bytes(space.raw().freedBytes() + space.raw().trashBytes()) + " are being given back";
    }

    private static void print(SpaceStatus space, PrintWriter out) {
        totals(space.totals(), out);
        out.println();
        Text.table(
                out,
                List.of("NODE", "COPIES HOLD", "TO BE DELETED", "TRASH", "FREE", "TOTAL"),
                space.nodes().stream()
                        .map(node -> List.of(
                                Integer.toString(node.id()),
                                Text.bytes(node.copyBytes()),
                                Text.bytes(node.freedBytes()),
                                heard(node.trashBytes()),
                                heard(node.freeBytes()),
                                heard(node.totalBytes())))
                        .toList());
        out.println();
        boolean counted = space.totals().counted();
        Text.table(
                out,
                List.of("BUCKET", "OBJECTS", "BYTES", "OLDER VERSIONS", "BYTES", "OPEN UPLOADS", "BYTES"),
                space.buckets().stream()
                        .map(bucket -> List.of(
                                bucket.name(),
                                Long.toString(bucket.objects()),
                                counted ? Text.bytes(bucket.bytes()) : "?",
                                Long.toString(bucket.olderVersions()),
                                counted ? Text.bytes(bucket.olderBytes()) : "?",
                                Long.toString(bucket.uploads()),
                                counted ? Text.bytes(bucket.uploadBytes()) : "?"))
                        .toList());
        if (space.next() != null) {
            out.println("There are more: --after " + space.next());
        }
        if (!space.waiting().isEmpty()) {
            out.println();
            space.waiting().forEach(reason -> out.println("WAITS     " + reason));
        }
    }

    private static void totals(SpaceTotals totals, PrintWriter out) {
        SpaceTotals.Stored stored = totals.stored();
        SpaceTotals.Raw raw = totals.raw();
        if (totals.counted()) {
            out.println(
                    "stored    " + Text.bytes(stored.objectBytes()) + " in objects, " + Text.bytes(stored.olderBytes())
                            + " in older versions, " + Text.bytes(stored.uploadBytes()) + " in open uploads");
            out.println("blobs     " + Text.bytes(stored.blobBytes()) + " in use, of which at least "
                    + Text.bytes(stored.heldBytes()) + " are only held by slices; " + Text.bytes(stored.deadBytes())
                    + " are of nothing any more");
        } else {
            out.println("stored    not counted yet, after an update");
        }
        out.println("on nodes  " + Text.bytes(raw.copyBytes()) + " in copies, " + Text.bytes(raw.freedBytes()) + " in "
                + raw.freedCopies() + " copies to be deleted, " + Text.bytes(raw.trashBytes()) + " in the trash");
        out.println("raw       " + Text.bytes(raw.freeBytes()) + " free of " + Text.bytes(raw.totalBytes()) + ", "
                + Text.bytes(raw.reserveBytes()) + " of them in reserve"
                + (raw.unheardNodes() == 0 ? "" : "; " + raw.unheardNodes() + " nodes told nothing yet"));
        out.println("usable    " + Text.bytes(totals.room().freeBytes()) + " more fit of "
                + Text.bytes(totals.room().totalBytes()) + ", with "
                + totals.room().copies() + " copies");
    }

    private static String heard(long bytes) {
        return bytes < 0 ? "?" : Text.bytes(bytes);
    }
}
