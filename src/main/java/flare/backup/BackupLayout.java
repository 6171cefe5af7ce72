package flare.backup;

/** The files of a backup: one that says what it is, those of the state, and a list of all before it that ends it. */
final class BackupLayout {

    static final String HEADER = "flare-metadata-backup";
    static final String STATE = "state/";
    static final String DIGESTS = "digests";

    /** A state has a file for each 64 MiB or so. */
    static final int MAX_FILES = 100_000;

    static final int MAX_HEADER_BYTES = 16 * 1024;
    /** A line for each file. */
    static final int MAX_DIGESTS_BYTES = MAX_FILES * 200;

    static final int END_BYTES = 2 * TarHeader.BLOCK_BYTES;

    private BackupLayout() {}
}
