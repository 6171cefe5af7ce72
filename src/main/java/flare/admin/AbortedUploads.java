package flare.admin;

/** @param more whether there are uploads beyond the limit that was asked for: these are still open */
public record AbortedUploads(int aborted, boolean more) {}
