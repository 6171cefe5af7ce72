package flare.metadata;

/** What a check of the metadata changes. */
public enum FsckRepair {
    /** It reports. */
    NONE,
    /**
     * What is recorded twice becomes what the rows it stands for say, but no count of references is lowered: too high a one keeps
     * space, and may be right where the row that refers is lost.
     */
    KEEP_REFERENCES,
    /** Also counts that are too high, unless contents are missing: what nothing refers to is deleted in time. */
    ALL
}
