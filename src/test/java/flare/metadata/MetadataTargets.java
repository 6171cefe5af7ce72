package flare.metadata;

import flare.fuzz.Target;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.SessionRow;
import flare.metadata.wire.UploadRow;
import flare.model.BucketId;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Log entries, answers and rows: bytes that a disk or another version may have made something else of. */
public final class MetadataTargets {

    private static final ObjectKey KEY = ObjectKey.of("key");

    private MetadataTargets() {}

    public static List<Target> all() {
        return List.of(entry(), outcome(), row());
    }

    private static byte[] golden(String name) {
        try (InputStream file = MetadataTargets.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("there is no " + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Target entry() {
        return new Target(
                "metadata-entry",
                Set.of(MalformedEntryException.class, IOException.class, FlareException.class),
                List.of(golden("entry-level-1.bin"), golden("entry-level-1-versions.bin")),
                input -> {
                    EntryCodec.Entry entry = EntryCodec.decode(input);
                    // Refused, where this version would not write it.
                    byte[] encoded = EntryCodec.encode(entry);
                    EntryCodec.Entry again = EntryCodec.decode(encoded);
                    Target.require(
                            Arrays.equals(EntryCodec.encode(again), encoded), "an entry is written as it was read");
                    EntryCodec.decode(EntryCodec.stamp(encoded, 5));
                });
    }

    private static Target outcome() {
        List<byte[]> seeds = new ArrayList<>();
        for (Object value : List.of(new Command.Done(), 5L, true, new BucketId(3))) {
            seeds.add(OutcomeCodec.encode(new Outcome.Accepted(value)));
        }
        seeds.add(OutcomeCodec.encode(new Outcome.Refused(flare.model.Fault.NO_SUCH_KEY, "none")));
        return new Target("metadata-outcome", Set.of(MalformedEntryException.class), seeds, input -> {
            Outcome read = OutcomeCodec.decode(input);
            byte[] encoded = OutcomeCodec.encode(read);
            Target.require(
                    Arrays.equals(OutcomeCodec.encode(OutcomeCodec.decode(encoded)), encoded),
                    "an answer is written as it was read");
        });
    }

    /** First byte: of which family. */
    private static Target row() {
        List<byte[]> seeds = new ArrayList<>();
        for (String file : List.of("rows-level-1.txt", "rows-level-1-versions.txt")) {
            for (String line : new String(golden(file), java.nio.charset.StandardCharsets.UTF_8).split("\n", -1)) {
                String[] words = line.strip().split("[ =:]+", -1);
                byte[] row = hex(words[words.length - 1]);
                for (int family = 0; row.length > 0 && family < 6; family++) {
                    byte[] seed = new byte[row.length + 1];
                    seed[0] = (byte) family;
                    System.arraycopy(row, 0, seed, 1, row.length);
                    seeds.add(seed);
                }
            }
        }
        seeds.add(new byte[] {0});
        // What a constructor refuses of a row goes the way of any fault of apply: the node stops.
        return new Target(
                "metadata-row",
                Set.of(UncheckedIOException.class, IllegalArgumentException.class, FlareException.class),
                seeds,
                input -> {
                    if (input.length == 0) {
                        return;
                    }
                    byte[] row = Arrays.copyOfRange(input, 1, input.length);
                    switch ((input[0] & 0xFF) % 6) {
                        case 0 -> {
                            ObjectInfo info = ValueCodec.decode(
                                    KEY, EntryBatch.parse(Family.OBJECT, row, ObjectRow.parser()), true);
                            Target.require(
                                    ValueCodec.decode(KEY, ValueCodec.encode(info), true)
                                                    .equals(info)
                                            || info.mark().deleteMarker(),
                                    "a row is read as it was written");
                        }
                        case 1 -> EntryBatch.parse(Family.BUCKET, row, BucketRow.parser());
                        case 2 -> EntryBatch.parse(Family.BLOB, row, BlobRow.parser());
                        case 3 -> EntryBatch.parse(Family.SESSION, row, SessionRow.parser());
                        case 4 -> EntryBatch.parse(Family.UPLOAD, row, UploadRow.parser());
                        default ->
                            UploadRows.decode(EntryBatch.parse(Family.PART, row, PartRow.parser())
                                    .getInfo());
                    }
                });
    }

    private static byte[] hex(String word) {
        return word.length() % 2 == 0 && word.matches("[0-9a-f]+")
                ? HexFormat.of().parseHex(word)
                : new byte[0];
    }
}
