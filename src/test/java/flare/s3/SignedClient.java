package flare.s3;

import flare.sigv4.AccessKeyId;
import flare.sigv4.ChunkedBodies;
import flare.sigv4.Payload;
import flare.sigv4.SecretKey;
import flare.sigv4.Signer;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A client that signs, and sends the very bytes that it signed: what a test changes in between comes as it is. Text is
 * ISO 8859-1, a character a byte.
 */
final class SignedClient {

    static final String REGION = "us-east-1";
    static final AccessKeyId KEY = new AccessKeyId("root");
    static final String SECRET_TEXT = "a-secret-of-the-root";
    static final SecretKey SECRET = SecretKey.of(SECRET_TEXT);
    static final Signer SIGNER = new Signer(KEY, SECRET, REGION);

    private final int port;
    private final InstantSource clock;

    SignedClient(int port, InstantSource clock) {
        this.port = port;
        this.clock = clock;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** @param headers name, value, name, value, … */
    static WireRequest request(String method, String target, int bodyBytes, String... headers) {
        Map<String, List<String>> all = new TreeMap<>();
        all.put("host", List.of("store.example:8000"));
        if (!method.equals("GET") && !method.equals("HEAD")) {
            all.put("content-length", List.of(Integer.toString(bodyBytes)));
        }
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        int mark = target.indexOf('?');
        return new WireRequest(
                method, mark < 0 ? target : target.substring(0, mark), mark < 0 ? "" : target.substring(mark + 1), all);
    }

    static String authorization(WireRequest signed) {
        return String.join("", signed.headers().getOrDefault("authorization", List.of()));
    }

    static WireRequest with(WireRequest request, String header, String... values) {
        Map<String, List<String>> headers = new TreeMap<>(request.headers());
        headers.put(header, List.of(values));
        return new WireRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
    }

    static WireRequest without(WireRequest request, String header) {
        Map<String, List<String>> headers = new TreeMap<>(request.headers());
        headers.remove(header);
        return new WireRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
    }

    /** What stands on the wire. */
    static String text(WireRequest request, String body) {
        StringBuilder text = new StringBuilder(request.method() + " " + request.rawPath());
        text.append(request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery())
                .append(" HTTP/1.1\r\n");
        request.headers()
                .forEach((name, values) -> values.forEach(
                        value -> text.append(name).append(": ").append(value).append("\r\n")));
        return text.append("\r\n").append(body).toString();
    }

    RawClient.Response send(WireRequest request, String body) throws IOException {
        try (RawClient raw = new RawClient(port)) {
            return raw.send(text(request, body)).response(request.method().equals("HEAD"));
        }
    }

    WireRequest signed(WireRequest request, Payload payload) {
        return SIGNER.sign(request, payload, clock.instant());
    }

    RawClient.Response ask(String method, String target, String body, String... headers) throws IOException {
        return send(
                signed(request(method, target, body.length(), headers), Payload.of(bytes(body))),
                method.equals("GET") || method.equals("HEAD") ? "" : body);
    }

    RawClient.Response get(String target, String... headers) throws IOException {
        return ask("GET", target, "", headers);
    }

    RawClient.Response put(String target, String body, String... headers) throws IOException {
        return ask("PUT", target, body, headers);
    }

    /** An upload in chunks that has been signed and not been sent: its head, and its body in pieces. */
    record Chunked(WireRequest request, List<String> pieces) {

        Chunked {
            pieces = List.copyOf(pieces);
        }

        String body() {
            return String.join("", pieces);
        }

        /** With one piece replaced. */
        Chunked with(int at, String piece) {
            List<String> changed = new ArrayList<>(pieces);
            changed.set(at, piece);
            return new Chunked(request, changed);
        }

        Chunked without(int at) {
            return with(at, "");
        }
    }

    /** @param trailers announced and sent */
    Chunked chunked(String target, Payload payload, String object, int chunkBytes, Map<String, String> trailers) {
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("host", List.of("store.example:8000"));
        headers.put("content-encoding", List.of("aws-chunked"));
        headers.put("x-amz-decoded-content-length", List.of(Integer.toString(object.length())));
        headers.put("transfer-encoding", List.of("chunked"));
        if (!trailers.isEmpty()) {
            headers.put("x-amz-trailer", List.of(String.join(",", trailers.keySet())));
        }
        Instant now = clock.instant();
        WireRequest request = SIGNER.sign(new WireRequest("PUT", target, "", headers), payload, now);
        List<String> pieces = ChunkedBodies.pieces(request, SECRET, now, bytes(object), chunkBytes, trailers).stream()
                .map(piece -> new String(piece, StandardCharsets.ISO_8859_1))
                .collect(Collectors.toList());
        return new Chunked(request, pieces);
    }

    /** In the connection's own chunks, so that a body of any length can follow the head that was signed. */
    RawClient.Response send(Chunked upload) throws IOException {
        String body = upload.body();
        return send(upload.request(), Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
    }
}
