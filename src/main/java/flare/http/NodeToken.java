package flare.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What processes of a cluster show each other: {@code v1.<cluster>.<expiry>.<HMAC-SHA256>}. The signature covers method,
 * raw path and query, the node called, the cluster and the expiry, so that a token is good for one call on one node, and
 * what a call says in its query (a generation, the index of a freeing) can't be changed. It may be shown more than once
 * until it expires: every call it can be made for is idempotent.
 *
 * <p>It expires by the called node's {@link SteadyClock}: whatever its wall clock is set to while it runs, a captured token
 * lives no longer than it was made for. The expiry is the caller's word, made from what the node told of its clock; as
 * that answer carries no token, whoever forges it would get tokens of a long life, so the node takes no such.
 */
public final class NodeToken {

    /** The request header that carries it. */
    public static final String HEADER = "Flare-Token";

    private static final Pattern SHAPE = Pattern.compile("v1\\.([0-9a-f-]{36})\\.([0-9]{1,18})\\.([A-Za-z0-9_-]{43})");

    private NodeToken() {}

    /**
     * The call that a token is good for.
     *
     * @param rawTarget path and query as they stand in the request line
     * @param node the node that is called
     */
    public record Call(String method, String rawTarget, UUID node) {

        public Call {
            Objects.requireNonNull(node);
            if (method.indexOf('\n') >= 0 || rawTarget.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a method and a request target are one line each");
            }
        }
    }

    /** @param expiryMillis in the called node's steady clock */
    public static String issue(ClusterSecret secret, UUID cluster, Call call, long expiryMillis) {
        String signature = text(secret.sign(message(cluster, call, expiryMillis)));
        return "v1." + cluster + "." + expiryMillis + "." + signature;
    }

    /**
     * The cluster in whose name the token was made. Nothing in the token is believed before its signature is found right.
     *
     * @param token the header's value, empty if there was none
     * @param nowMillis of the called node's steady clock
     * @param longestLife a token that would live longer is refused: the expiry is its maker's word
     */
    public static UUID check(ClusterSecret secret, String token, Call call, long nowMillis, Duration longestLife)
            throws NodeTokenException {
        Matcher parts = SHAPE.matcher(token);
        if (!parts.matches()) {
            throw new NodeTokenException(token.isEmpty() ? "the call carries no token" : "the token is malformed");
        }
        UUID cluster;
        try {
            cluster = UUID.fromString(parts.group(1));
        } catch (IllegalArgumentException e) {
            throw new NodeTokenException("the token is malformed", e);
        }
        long expiryMillis = Long.parseLong(parts.group(2));
        if (!isSigned(secret, message(cluster, call, expiryMillis), parts.group(3))) {
            throw new NodeTokenException("the token was not made for this call on this node");
        }
        if (expiryMillis <= nowMillis) {
            throw new NodeTokenException("the token expired " + (nowMillis - expiryMillis) + " ms ago");
        }
        if (expiryMillis - nowMillis > longestLife.toMillis()) {
            throw new NodeTokenException(
                    "the token expires only in " + (expiryMillis - nowMillis) + " ms, and " + longestLife.toMillis()
                            + " are the most here: compare the clocks and the token-ttl of both processes");
        }
        return cluster;
    }

    /** Compared as text: base64 has more than one spelling of the same bytes. */
    private static boolean isSigned(ClusterSecret secret, String message, String signature) {
        byte[] shown = signature.getBytes(StandardCharsets.US_ASCII);
        boolean right = false;
        for (byte[] accepted : secret.accepted(message)) {
            right |= MessageDigest.isEqual(text(accepted).getBytes(StandardCharsets.US_ASCII), shown);
        }
        return right;
    }

    /** Lines of which none can hold a line break: no two calls are signed as the same text. */
    private static String message(UUID cluster, Call call, long expiryMillis) {
        return "flare-node-token-v1\n" + call.method() + "\n" + call.rawTarget() + "\n" + call.node() + "\n" + cluster
                + "\n" + expiryMillis;
    }

    private static String text(byte[] hmac) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac);
    }
}
