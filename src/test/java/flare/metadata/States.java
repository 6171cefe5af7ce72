package flare.metadata;

import java.io.IOException;
import java.nio.file.Path;

/** States and stores of a size that tests need. */
final class States {

    static final Store.Memory MEMORY = new Store.Memory(16 << 20, 1 << 20);

    private States() {}

    static RocksState open(Path directory) throws IOException {
        return RocksState.open(directory, MEMORY);
    }
}
