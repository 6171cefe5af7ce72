package flare.metadata;

import com.google.protobuf.ByteString;
import flare.config.ObjectSettings;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.PartSizeRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;
import flare.model.ByteRange;
import flare.model.ObjectPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an extents row says. */
final class Extents {

    private Extents() {}

    /** In order; not for a row whose bytes are all inline. */
    static List<Query.Extent> of(ExtentsRow row) {
        List<Query.Extent> extents = new ArrayList<>(row.getSlicesCount());
        for (SliceRow slice : row.getSlicesList()) {
            extents.add(
                    slice.hasInline()
                            ? new Query.Run(slice.getInline().toByteArray())
                            : new Query.Slice(
                                    new BlobId(slice.getSession(), slice.getCounter()),
                                    slice.getOffset(),
                                    slice.getLength()));
        }
        return extents;
    }

    /** The extents of some of the bytes. */
    static ExtentsRow cut(ExtentsRow row, ByteRange range) {
        ExtentsRow.Builder cut = ExtentsRow.newBuilder();
        if (row.hasInline()) {
            return cut.setInline(row.getInline().substring((int) range.offset(), (int) range.end()))
                    .build();
        }
        long start = 0;
        for (SliceRow slice : row.getSlicesList()) {
            long from = Math.max(range.offset(), start) - start;
            long until = Math.min(range.end() - start, slice.getLength());
            if (from < until) {
                SliceRow.Builder some = slice.toBuilder().setLength(until - from);
                if (slice.hasInline()) {
                    some.setInline(slice.getInline().substring((int) from, (int) until));
                } else {
                    some.setOffset(slice.getOffset() + from);
                }
                cut.addSlices(some);
            }
            start += slice.getLength();
        }
        return cut.build();
    }

    /** The parts end to end. What is small and all here becomes inline, like an object put whole. */
    static ExtentsRow join(List<PartRow> parts) {
        ExtentsRow.Builder joined = ExtentsRow.newBuilder();
        ByteString runs = ByteString.EMPTY;
        boolean allHere = true;
        for (PartRow part : parts) {
            ExtentsRow extents = part.getExtents();
            PartSizeRow.Builder size = joined.addPartsBuilder()
                    .setNumber(part.getInfo().getNumber())
                    .setSize(part.getInfo().getSize());
            if (part.getInfo().hasChecksum()) {
                size.setChecksum(part.getInfo().getChecksum());
            }
            allHere &= extents.getSlicesCount() == 0;
            if (!extents.hasInline()) {
                joined.addAllSlices(extents.getSlicesList());
            } else if (!extents.getInline().isEmpty()) {
                runs = allHere ? runs.concat(extents.getInline()) : runs;
                joined.addSlices(SliceRow.newBuilder()
                        .setLength(extents.getInline().size())
                        .setInline(extents.getInline()));
            }
        }
        if (allHere && runs.size() <= ObjectSettings.MAX_INLINE.bytes()) {
            joined.clearSlices().setInline(runs);
        }
        return joined.build();
    }

    /** Bytes that are in the row itself. */
    static long runBytes(ExtentsRow row) {
        return row.getInline().size()
                + row.getSlicesList().stream()
                        .mapToLong(slice -> slice.getInline().size())
                        .sum();
    }

    static List<ObjectPart> parts(ExtentsRow row) {
        List<ObjectPart> parts = new ArrayList<>(row.getPartsCount());
        long offset = 0;
        for (PartSizeRow part : row.getPartsList()) {
            parts.add(part(part, offset));
            offset += part.getSize();
        }
        return parts;
    }

    /** Empty where the object was not made of such a part. */
    static Optional<ObjectPart> part(ExtentsRow row, int number) {
        long offset = 0;
        for (PartSizeRow part : row.getPartsList()) {
            if (part.getNumber() == number) {
                return Optional.of(part(part, offset));
            }
            offset += part.getSize();
        }
        return Optional.empty();
    }

    private static ObjectPart part(PartSizeRow part, long offset) {
        return new ObjectPart(
                part.getNumber(),
                offset,
                part.getSize(),
                part.hasChecksum() ? Optional.of(ValueCodec.decode(part.getChecksum())) : Optional.empty());
    }
}
