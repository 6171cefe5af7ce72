package flare.config;

/** What a port setting may be. */
final class Ports {

    private static final int MAX = 65_535;

    private Ports() {}

    static void check(String key, int port) {
        if (port < 0 || port > MAX) {
            throw new IllegalArgumentException(
                    key + " = " + port + " is not allowed: 0 (any free port) to " + MAX + " is");
        }
    }
}
