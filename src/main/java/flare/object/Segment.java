package flare.object;

import flare.metadata.Query;
import flare.metadata.Query.Slice;
import flare.model.ByteRange;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** A run of an object's bytes that is read in one way: from chunks, or here already. */
sealed interface Segment {

    record Chunks(List<Slice> slices) implements Segment {}

    record Here(ByteString bytes) implements Segment {}

    /** What a range covers of extents laid end to end. */
    static List<Segment> of(List<? extends Query.Extent> extents, ByteRange range) {
        List<Segment> segments = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        long start = 0;
        for (Query.Extent extent : extents) {
            long from = Math.max(range.offset(), start) - start;
            long until = Math.min(range.end() - start, extent.length());
            if (from < until) {
                if (extent instanceof Slice slice) {
                    slices.add(new Slice(slice.blob(), slice.offset() + from, until - from));
                } else if (extent instanceof Query.Run run) {
                    close(slices, segments);
                    segments.add(
                            new Here(ByteString.fromArrayUnsafe(run.bytes()).slice((int) from, (int) until)));
                }
            }
            start += extent.length();
        }
        close(slices, segments);
        if (range.end() > start) {
            throw new IllegalArgumentException(range + " of extents of " + start + " bytes");
        }
        return segments;
    }

    private static void close(List<Slice> slices, List<Segment> segments) {
        if (!slices.isEmpty()) {
            segments.add(new Chunks(List.copyOf(slices)));
            slices.clear();
        }
    }
}
