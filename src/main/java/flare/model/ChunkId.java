package flare.model;

import java.util.Comparator;

/** The {@code ordinal}-th chunk of a blob, counted from 0. As text, {@code {blob}/{ordinal}}. */
public record ChunkId(BlobId blob, int ordinal) implements Comparable<ChunkId> {

    private static final Comparator<ChunkId> ORDER =
            Comparator.comparing(ChunkId::blob).thenComparingInt(ChunkId::ordinal);

    public ChunkId {
        if (ordinal < 0) {
            throw new IllegalArgumentException("chunk ordinal must not be negative: " + ordinal);
        }
    }

    @Override
    public int compareTo(ChunkId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return blob + "/" + ordinal;
    }
}
