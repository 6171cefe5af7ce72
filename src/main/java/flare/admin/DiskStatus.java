package flare.admin;

/**
 * A disk of this process, as its data node sees it.
 *
 * @param uuid of the data node, which is one disk
 * @param state ok, full or failed; unknown if it does not answer
 * @param freeBytes -1 when unknown
 * @param totalBytes -1 when unknown
 * @param chunks in its directory, counted now and then; -1 before they are
 */
public record DiskStatus(String uuid, String state, long freeBytes, long totalBytes, long chunks) {}
