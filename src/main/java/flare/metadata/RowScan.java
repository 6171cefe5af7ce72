package flare.metadata;

import java.io.UncheckedIOException;
import java.util.List;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A walk over rows in key order. Starts before the first row. */
final class RowScan implements AutoCloseable {

    private final RocksIterator iterator;
    private final List<? extends AbstractNativeReference> owned;
    private boolean begun;

    /** @param owned native objects that the iterator needs and that go with it */
    RowScan(RocksIterator iterator, byte[] from, List<? extends AbstractNativeReference> owned) {
        this.iterator = iterator;
        this.owned = owned;
        iterator.seek(from);
    }

    /** Moves to the next row; false behind the last. */
    boolean next() {
        if (begun) {
            iterator.next();
        }
        begun = true;
        return isAtRow();
    }

    /** Moves on to the first row whose key is not below {@code key}; false behind the last. */
    boolean seek(byte[] key) {
        iterator.seek(key);
        begun = true;
        return isAtRow();
    }

    private boolean isAtRow() {
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a scan failed", e));
        }
    }

    byte[] key() {
        return iterator.key();
    }

    byte[] value() {
        return iterator.value();
    }

    @Override
    public void close() {
        iterator.close();
        owned.forEach(AbstractNativeReference::close);
    }
}
