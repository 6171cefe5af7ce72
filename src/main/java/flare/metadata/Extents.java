package flare.metadata;

import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.PartSizeRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;
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

    static List<ObjectPart> parts(ExtentsRow row) {
        List<ObjectPart> parts = new ArrayList<>(row.getPartsCount());
        long offset = 0;
        for (PartSizeRow part : row.getPartsList()) {
            parts.add(new ObjectPart(
                    part.getNumber(),
                    offset,
                    part.getSize(),
                    part.hasChecksum() ? Optional.of(ValueCodec.decode(part.getChecksum())) : Optional.empty()));
            offset += part.getSize();
        }
        return parts;
    }
}
