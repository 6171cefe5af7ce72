package flare.http;

import flare.config.HttpSettings;
import flare.config.HttpSettings.ProxyHeader;
import flare.model.AddressBlock;
import flare.model.Origin;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells where requests came from. Who connects can write any header, so proxies are believed only if the settings name
 * them. Each appends to the list it got the address that connected to it, and the list is read from its end: the first
 * address that is no trusted proxy's is the client. What stands before it is hearsay, and so is the header that our
 * proxies don't write.
 */
public final class Origins {

    private static final String FORWARDED_FOR = "x-forwarded-for";
    private static final String FORWARDED_PROTO = "x-forwarded-proto";
    private static final String FORWARDED = "forwarded";
    private static final String HTTPS = "https";

    private final List<AddressBlock> trusted;
    private final ProxyHeader header;

    public Origins(HttpSettings settings) {
        this(settings.trustedProxies(), settings.proxyHeader());
    }

    Origins(List<AddressBlock> trusted, ProxyHeader header) {
        this.trusted = List.copyOf(trusted);
        this.header = header;
    }

    /**
     * A hop as a proxy recorded it.
     *
     * @param address null for a name that is no address, such as {@code unknown}
     * @param proto null where nothing is said, which counts as not encrypted
     */
    private record Hop(
            @Nullable InetAddress address, @Nullable String proto) {}

    /** @param peer who connected, encrypted or not; its word on the client is taken if it is a trusted proxy */
    public Origin of(Origin peer, Headers headers) {
        if (!isTrusted(peer.address())) {
            return peer;
        }
        List<Hop> hops = header == ProxyHeader.FORWARDED
                ? forwarded(headers.all(FORWARDED))
                : forwardedFor(headers.all(FORWARDED_FOR), headers.all(FORWARDED_PROTO));
        Origin known = peer;
        for (int i = hops.size() - 1; i >= 0; i--) {
            Hop hop = hops.get(i);
            if (hop.address() == null) {
                // A trusted proxy does not say who: the last that is known is that proxy itself.
                return known;
            }
            known = new Origin(hop.address(), HTTPS.equals(hop.proto()));
            if (!isTrusted(hop.address())) {
                return known;
            }
        }
        return known;
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    /** X-Forwarded-Proto is no list that grows with the other: its last word, the nearest proxy's, counts for all. */
    private static List<Hop> forwardedFor(List<String> addresses, List<String> protos) {
        List<String> words = split(protos, ',');
        String proto =
                words.isEmpty() ? null : words.get(words.size() - 1).strip().toLowerCase(Locale.ROOT);
        return split(addresses, ',').stream()
                .map(text -> new Hop(address(text.strip()).orElse(null), proto))
                .toList();
    }

    /** RFC 7239 section 4: elements {@code for=192.0.2.60;proto=https;by=…}, values perhaps quoted. */
    private static List<Hop> forwarded(List<String> lines) {
        List<Hop> hops = new ArrayList<>();
        for (String element : split(lines, ',')) {
            String address = null;
            String proto = null;
            for (String pair : split(List.of(element), ';')) {
                int equals = pair.indexOf('=');
                String name = pair.substring(0, Math.max(0, equals)).strip().toLowerCase(Locale.ROOT);
                String value = unquoted(pair.substring(equals + 1).strip());
                if (name.equals("for")) {
                    address = value;
                } else if (name.equals("proto")) {
                    proto = value.toLowerCase(Locale.ROOT);
                }
            }
            hops.add(new Hop(address == null ? null : address(address).orElse(null), proto));
        }
        return hops;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    /** Empty elements are elements: an empty header says that nobody is known. Not inside quotes. */
    private static List<String> split(List<String> lines, char separator) {
        List<String> parts = new ArrayList<>();
        for (String line : lines) {
            boolean quoted = false;
            int start = 0;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                quoted ^= c == '"';
                if (c == separator && !quoted) {
                    parts.add(line.substring(start, i));
                    start = i + 1;
                }
            }
            parts.add(line.substring(start));
        }
        return parts;
    }

    /** {@code 192.0.2.1}, {@code 192.0.2.1:4711}, {@code 2001:db8::1}, {@code [2001:db8::1]}, {@code [2001:db8::1]:4711}. */
    private static Optional<InetAddress> address(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? Optional.empty() : AddressBlock.parseAddress(text.substring(1, end));
        }
        int colon = text.indexOf(':');
        boolean port = colon >= 0 && colon == text.lastIndexOf(':');
        return AddressBlock.parseAddress(port ? text.substring(0, colon) : text);
    }
}
