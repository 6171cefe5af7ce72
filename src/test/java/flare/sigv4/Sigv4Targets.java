package flare.sigv4;

import flare.fuzz.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What of signatures comes from strangers. */
public final class Sigv4Targets {

    private static final Set<Class<? extends Exception>> REFUSALS = Set.of(SignatureRefusedException.class);

    private Sigv4Targets() {}

    public static List<Target> all() {
        return List.of(head(), query(), chunked(), date(), form());
    }

    private static Target head() {
        List<String> seeds = new ArrayList<>();
        WireRequest plain = Examples.request("PUT", "/b/k%20?x=1&x=%2F", "host", "h", "x-amz-meta-a", "b c");
        seeds.add(text(Examples.SIGNER.sign(plain, Payload.of(new byte[0]), Examples.TIME)));
        seeds.add(text(Examples.SIGNER.presign(plain, Examples.TIME, Duration.ofMinutes(1))));
        seeds.add(text(Examples.SIGNER.sign(
                Examples.with(plain, "x-amz-decoded-content-length", "5"),
                Payload.UNSIGNED_CHUNKS_WITH_TRAILER,
                Examples.TIME)));
        seeds.add("GET /?AWSAccessKeyId=a&Signature=b&Expires=1\nhost:h");
        seeds.add("GET /\nhost:h\nauthorization:AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;x-amz-date,Signature=0\ndate:Fri, 24 May 2013 00:00:00 GMT");
        return Target.ofText("sigv4-head", REFUSALS, seeds, Sigv4Targets::readHead);
    }

    private static String text(WireRequest request) {
        StringBuilder text = new StringBuilder(request.method() + " " + request.rawPath());
        text.append(request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery());
        request.headers()
                .forEach((name, values) -> values.forEach(
                        value -> text.append('\n').append(name).append(':').append(value)));
        return text.toString();
    }

    private static void readHead(String text) {
        String[] lines = text.split("\n", 64);
        String[] words = lines[0].split(" ", 2);
        String target = words.length < 2 ? "/" : words[1];
        int mark = target.indexOf('?');
        Map<String, List<String>> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.computeIfAbsent(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), any -> new ArrayList<>())
                        .add(lines[i].substring(colon + 1));
            }
        }
        WireRequest request;
        try {
            request = new WireRequest(
                    words[0],
                    mark < 0 ? target : target.substring(0, mark),
                    mark < 0 ? "" : target.substring(mark + 1),
                    headers);
        } catch (IllegalArgumentException noRequest) {
            return;
        }
        Verifier verifier = Examples.verifier();
        Optional<SignatureClaim> claim = verifier.claim(request);
        if (claim.isPresent()) {
            if (claim.get() instanceof Version4Claim four) {
                Credential credential = four.credential();
                Target.require(
                        Credential.parse(credential.text(), SignatureFault.HEADER_MALFORMED)
                                .equals(credential),
                        "a credential is read as it was written");
            }
            VerifiedRequest verified = verifier.verify(claim.get(), Examples.SECRET, Examples.TIME);
            if (verified.payload().mode().isChunked()) {
                ChunkedBody.of(verified);
            }
        }
    }

    private static Target query() {
        return Target.ofText(
                "sigv4-query",
                REFUSALS,
                List.of("a=1&b=2&a=0", "%41=%2f&&b", "=&==&a=b=c", "a+b=%20&%zz=%", "X%2DAmz-Signature=1"),
                text -> {
                    QueryText query = QueryText.parse(text);
                    String sorted = query.sortedReencoded();
                    Target.require(
                            QueryText.parse(sorted).sortedReencoded().equals(sorted), "what is canonical stays so");
                    Target.require(
                            QueryText.parse(query.sortedAsSent()).sortedAsSent().equals(query.sortedAsSent()),
                            "what is sorted stays so");
                    query.only("X-Amz-Signature");
                    Target.require(!query.without("X-Amz-Signature").has("X-Amz-Signature"), "without is without");
                    String path = UriText.reencodePath(text);
                    Target.require(UriText.reencodePath(path).equals(path), "an encoded path stays so");
                });
    }

    /** First byte: mode and size of the pieces. Second: announced length. The rest is the body, read whole and in pieces. */
    private static Target chunked() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] object = "hello, world".getBytes(StandardCharsets.US_ASCII);
        Map<String, String> trailer = Map.of("x-amz-checksum-crc32", "AAAAAA==");
        List<Payload> modes = List.of(
                Payload.SIGNED_CHUNKS, Payload.SIGNED_CHUNKS_WITH_TRAILER, Payload.UNSIGNED_CHUNKS_WITH_TRAILER);
        for (int mode = 0; mode < modes.size(); mode++) {
            byte[] body = ChunkedBodies.upload(
                            modes.get(mode), object, 5, modes.get(mode).mode().hasTrailer() ? trailer : Map.of())
                    .body();
            ByteArrayOutputStream seed = new ByteArrayOutputStream();
            seed.write(mode);
            seed.write(object.length);
            seed.writeBytes(body);
            seeds.add(seed.toByteArray());
        }
        seeds.add("\2\5 5\r\nhello\r\n0\r\nx:y\n\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return new Target("sigv4-chunked", REFUSALS, seeds, input -> {
            if (input.length < 2) {
                return;
            }
            PayloadMode mode = modes.get((input[0] & 0xFF) % modes.size()).mode();
            Set<String> trailers = mode.hasTrailer() ? trailer.keySet() : Set.of();
            ChunkedFraming framing = new ChunkedFraming(mode, input[1] & 0xFF, trailers);
            byte[] body = Arrays.copyOfRange(input, 2, input.length);
            String whole = decoded(framing, body, body.length + 1);
            String split = decoded(framing, body, 1 + (input[0] & 0xFF) / modes.size());
            Target.require(whole.equals(split), "in pieces as in one: " + whole + " and " + split);
            Target.require(decoded(framing, body, 1).equals(whole), "byte by byte as in one");
        });
    }

    /** What came out, and how it ended. */
    private static String decoded(ChunkedFraming framing, byte[] body, int pieceBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String end;
        ChunkedBody decoder = ChunkedBody.ofAnyone(framing);
        int decoded = 0;
        try {
            for (int at = 0; at < body.length; at += pieceBytes) {
                byte[] piece = Arrays.copyOfRange(body, at, Math.min(at + pieceBytes, body.length));
                for (ByteBuffer bytes : decoder.decode(ByteBuffer.wrap(piece))) {
                    decoded += bytes.remaining();
                    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                }
            }
            end = "trailers " + decoder.finish();
            Target.require(decoded == framing.decodedBytes(), "a body that ends well has its length");
        } catch (SignatureRefusedException refused) {
            // What came before a refusal depends on the pieces, and nothing of it is kept.
            return "refused: " + refused.fault();
        }
        return out.toString(StandardCharsets.ISO_8859_1) + " " + end;
    }

    private static Target date() {
        return Target.ofText(
                "sigv4-date",
                Set.of(),
                List.of("20130524T000000Z", "20130524", "Fri, 24 May 2013 00:00:00 GMT", "20230229T246060Z"),
                text -> {
                    AmzDate.parseDay(text);
                    AmzDate.parseHttp(text);
                    Optional<Instant> time = AmzDate.parse(text);
                    Target.require(
                            time.isEmpty() || AmzDate.format(time.get()).equals(text),
                            "a time is written as it was read");
                });
    }

    private static Target form() {
        return Target.ofText(
                "sigv4-form",
                REFUSALS,
                List.of(
                        "policy=e30=\nx-amz-signature=0\nx-amz-algorithm=AWS4-HMAC-SHA256\nx-amz-date=20130524T000000Z\n"
                                + "x-amz-credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
                        "policy=e30=\nsignature=x\nawsaccesskeyid=AKIAIOSFODNN7EXAMPLE",
                        "signature=x"),
                text -> {
                    Map<String, String> fields = new HashMap<>();
                    for (String line : text.split("\n", 64)) {
                        int equals = line.indexOf('=');
                        if (equals > 0) {
                            fields.put(line.substring(0, equals), line.substring(equals + 1));
                        }
                    }
                    Optional<FormClaim> claim = Examples.verifier().formClaim(fields);
                    if (claim.isPresent()) {
                        Examples.verifier().verifyForm(claim.get(), Examples.SECRET);
                    }
                });
    }
}
