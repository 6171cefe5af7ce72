package flare.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * IP addresses that share their first bits, in CIDR notation (RFC 4632 section 3.1): {@code 10.0.0.0/8}, {@code
 * 2001:db8::/32}; without a length one address. Bits behind the length don't matter.
 */
public record AddressBlock(InetAddress address, int prefixBits) {

    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

    public AddressBlock {
        if (prefixBits < 0 || prefixBits > address.getAddress().length * Byte.SIZE) {
            throw new IllegalArgumentException("no block of addresses: " + address.getHostAddress() + "/" + prefixBits);
        }
    }

    /** Throws {@link IllegalArgumentException} for what is no block; asks no name server. */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        String length = slash < 0 ? "" : text.substring(slash + 1);
        Optional<InetAddress> address = parseAddress(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty() || (slash >= 0 && !LENGTH.matcher(length).matches())) {
            throw new IllegalArgumentException("'" + text + "' is no block of addresses such as 10.0.0.0/8");
        }
        int all = address.get().getAddress().length * Byte.SIZE;
        return new AddressBlock(address.get(), slash < 0 ? all : Integer.parseInt(length));
    }

    /** An IPv4 or IPv6 address; empty for all else. A mapped address ({@code ::ffff:10.0.0.1}) is the IPv4 one. */
    public static Optional<InetAddress> parseAddress(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit += Byte.SIZE) {
            int at = bit / Byte.SIZE;
            int mask = 0xFF << Math.max(0, Byte.SIZE - (prefixBits - bit));
            if (((mine[at] ^ theirs[at]) & mask & 0xFF) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixBits;
    }
}
