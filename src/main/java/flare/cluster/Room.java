package flare.cluster;

/**
 * What a data node says of its space; -1 stands for what it did not say.
 *
 * @param freeBytes of its file system
 * @param reserveBytes of the free ones, no new copy may take
 * @param trashBytes of deleted copies that are still there
 * @param volume the file system: nodes that name the same one share it; empty where that is not known
 */
public record Room(long freeBytes, long totalBytes, long reserveBytes, long trashBytes, String volume) {

    static final Room UNKNOWN = new Room(-1, -1, -1, -1, "");
}
