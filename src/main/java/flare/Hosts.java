package flare;

import java.util.Set;

/** Addresses as others use them. */
final class Hosts {

    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");

    private Hosts() {}

    /** What to connect to for a port bound to {@code bind}; bracketed for a URL if it is an IPv6 address. */
    static String reachable(String bind) {
        String host = ANY.contains(bind) ? "127.0.0.1" : bind;
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    static boolean isLoopback(String bind) {
        return bind.equals("localhost") || bind.startsWith("127.") || bind.equals("::1") || bind.equals("[::1]");
    }
}
