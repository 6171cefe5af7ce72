package flare.sigv4;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Changes of one byte to what a signature covers, by a bit or to any other. Changes that leave the meaning are none. */
final class Mutation {

    private static final Verifier VERIFIER = Examples.verifier();

    private Mutation() {}

    /** Until one is found that can be sent and means something else. */
    static WireRequest oneByte(WireRequest request, Random random) {
        return changed(request, random, 6);
    }

    /** The same of the method, the path and the query only. */
    static WireRequest ofTarget(WireRequest request, Random random) {
        return changed(request, random, 3);
    }

    private static WireRequest changed(WireRequest request, Random random, int parts) {
        while (true) {
            try {
                WireRequest changed = change(request, random, random.nextInt(parts));
                if (!meaning(changed).equals(meaning(request))) {
                    return changed;
                }
            } catch (IllegalArgumentException notSent) {
                // No HTTP parser would have passed it on.
            }
        }
    }

    static boolean isAccepted(WireRequest request, Instant now) {
        try {
            return VERIFIER.claim(request)
                    .map(claim -> VERIFIER.verify(claim, secretOf(claim.accessKey()), now))
                    .isPresent();
        } catch (SignatureRefusedException refused) {
            return false;
        }
    }

    private static @Nullable SecretKey secretOf(AccessKeyId accessKey) {
        return accessKey.equals(Examples.ACCESS_KEY) ? Examples.SECRET : null;
    }

    private static WireRequest change(WireRequest request, Random random, int part) {
        if (part == 0) {
            return Examples.withTarget(request, flip(request.method(), random), request.rawPath(), request.rawQuery());
        }
        if (part == 1) {
            return Examples.withTarget(request, request.method(), flip(request.rawPath(), random), request.rawQuery());
        }
        if (part == 2) {
            return Examples.withTarget(request, request.method(), request.rawPath(), flip(request.rawQuery(), random));
        }
        List<String> signed = ((Version4Claim) VERIFIER.claim(request).orElseThrow()).signedHeaders();
        String name =
                part == 3 && request.has("authorization") ? "authorization" : signed.get(random.nextInt(signed.size()));
        String[] values = request.values(name).toArray(String[]::new);
        int at = random.nextInt(values.length);
        values[at] = flip(values[at], random);
        return Examples.with(request, name, values);
    }

    private static String flip(String text, Random random) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("nothing to flip");
        }
        char[] chars = text.toCharArray();
        int change = random.nextBoolean() ? 1 << random.nextInt(7) : 1 + random.nextInt(255);
        chars[random.nextInt(chars.length)] ^= (char) change;
        return new String(chars);
    }

    /** Decoded: {@code %2f} and {@code %2F} are one, and so are the orders of a query, an empty pair in it, and spaces. */
    private static String meaning(WireRequest request) {
        StringBuilder headers = new StringBuilder();
        request.headers().keySet().stream()
                .filter(name -> !name.equals("authorization"))
                .sorted()
                .forEach(name -> headers.append(name)
                        .append(request.values(name).stream()
                                .map(value -> value.strip().replaceAll("[ \t]+", " "))
                                .toList()));
        // White space between the parts of an authorization is no part of any.
        String authorization = String.join("", request.values("authorization"));
        for (String part : authorization.split(",", -1)) {
            headers.append(part.strip()).append(',');
        }
        return request.method() + UriText.reencodePath(request.rawPath()) + "?"
                + QueryText.parse(request.rawQuery()).sortedReencoded() + headers;
    }
}
