package flare.backup;

/**
 * A backup that was read to its end and is what was written.
 *
 * @param files of the state
 * @param bytes of these files
 */
public record BackupReport(BackupHeader header, int files, long bytes) {}
