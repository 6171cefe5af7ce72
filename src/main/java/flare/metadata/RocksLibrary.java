package flare.metadata;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native library, unpacked where this process may clean up. By itself RocksDB unpacks it into the system's
 * temporary directory at each start, and a killed process leaves its copy, of some 20 MB, there for good.
 */
final class RocksLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(RocksLibrary.class);

    private RocksLibrary() {}

    /** Unpacks and loads the library, once a JVM; the directory is this process's alone, and what it holds is removed. */
    static synchronized void load(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory)) {
            for (Path leftover : leftovers) {
                // A library in use goes on living without its name.
                Files.deleteIfExists(leftover);
            }
        }
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
        } catch (UnsatisfiedLinkError e) {
            LOG.warn("no library can be run from {} ({}): a temporary directory is used", directory, e.getMessage());
        }
    }
}
