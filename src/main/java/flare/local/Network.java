package flare.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * How the nodes are told apart.
 *
 * @param tag in the names of what is made for the cluster; empty on loopback
 * @param prefix the first three numbers of the nodes' addresses, such as {@code 10.211.7}; empty on loopback
 */
public record Network(String tag, String prefix) {

    private static final Pattern TAG = Pattern.compile("[0-9a-f]{0,6}");
    private static final Pattern PREFIX = Pattern.compile("(10\\.[0-9]{1,3}\\.[0-9]{1,3})?");

    /** Below: the network itself, and the bridge's address. */
    private static final int FIRST_HOST = 11;

    /** One address for all nodes. */
    public static final Network LOOPBACK = new Network("", "");

    public Network {
        if (!TAG.matcher(tag).matches() || !PREFIX.matcher(prefix).matches() || tag.isEmpty() != prefix.isEmpty()) {
            throw new IllegalArgumentException("no network: " + tag + ", " + prefix);
        }
    }

    /** Of a cluster in {@code directory}: names and addresses follow from its path, so that two don't share them. */
    public static Network separate(Path directory) {
        byte[] path = directory.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(path);
        int hash = (int) crc.getValue();
        return new Network(String.format("%06x", hash & 0xffffff), "10." + (hash >>> 24) + "." + (hash >>> 16 & 0xff));
    }

    /** Whether each node has an address of its own. */
    public boolean separatesNodes() {
        return !tag.isEmpty();
    }

    String host(int number) {
        return separatesNodes() ? prefix + "." + (FIRST_HOST + number) : "127.0.0.1";
    }

    /** The host's own address on the bridge. */
    String gateway() {
        return prefix + ".1";
    }

    String bridge() {
        return "fl" + tag + "br";
    }

    String namespace(LocalNode node) {
        return "flare-" + tag + "-" + node.name();
    }

    /** The node's end of its cable that is on the bridge; interface names have at most 15 characters. */
    String cable(LocalNode node) {
        return "fl" + tag + (node.isApi() ? "a" : "d") + node.name().replaceAll("\\D", "");
    }
}
