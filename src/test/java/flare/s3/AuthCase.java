package flare.s3;

import flare.sigv4.AccessKeyId;
import flare.sigv4.ChunkedBodies;
import flare.sigv4.Payload;
import flare.sigv4.Signer;
import flare.sigv4.WireRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One cell of the auth matrix: a route, where the signature stands, what binds the body, and what is wrong with it. */
record AuthCase(Route route, Carrier carrier, Payload payload, Verdict verdict) {

    private static final String CONTENT = "content";

    private static final String BOUNDARY = "edge";
    private static final Duration VALIDITY = Duration.ofMinutes(1);

    enum Carrier {
        NONE,
        HEADER,
        PRESIGNED,
        FORM
    }

    enum Verdict {
        GOOD,
        BAD_SIGNATURE,
        UNKNOWN_KEY,
        EXPIRED,
        WRONG_REGION,
        /** The head is signed rightly, and then another body is sent. */
        FORGED_BODY,
        /** A credential is named, and there is no signature. */
        NAMED_ONLY,
        DISABLED_USER,
        DISABLED_KEY,
        /** Of a user who has another key still. */
        REMOVED_KEY,
        /** Of a user who is known and was given nothing. */
        NO_RIGHTS;

        /** Signs rightly, by the secret of all. */
        Signer signer() {
            return new Signer(key(), SignedClient.SECRET, SignedClient.REGION);
        }

        AccessKeyId key() {
            return new AccessKeyId("key-of-" + name());
        }

        /** Whether who signs is a user of its own, whom the server must have been told of. */
        boolean isOfUser() {
            return compareTo(DISABLED_USER) >= 0;
        }
    }

    /** What must be answered. */
    record Expected(int status, String code) {}

    /** What is sent, and the signatures that would have been right and must not be told. */
    record Sent(String text, boolean head, List<String> rightSignatures) {}

    /** The words for body modes, but for a hash, which is made of the body. */
    private static final List<Optional<Payload>> MODES = List.of(
            Optional.empty(),
            Optional.of(Payload.UNSIGNED),
            Optional.of(Payload.SIGNED_CHUNKS),
            Optional.of(Payload.SIGNED_CHUNKS_WITH_TRAILER),
            Optional.of(Payload.UNSIGNED_CHUNKS_WITH_TRAILER));

    /** Every case of a route: generated, so that a route can't be without. */
    static List<AuthCase> of(Route route) {
        List<AuthCase> cases = new ArrayList<>();
        for (Optional<Payload> mode : MODES) {
            Payload payload = mode.orElseGet(() -> Payload.of(SignedClient.bytes(plainBody(route))));
            cases.add(new AuthCase(route, Carrier.NONE, payload, Verdict.BAD_SIGNATURE));
            for (Carrier carrier : List.of(Carrier.HEADER, Carrier.PRESIGNED)) {
                for (Verdict verdict : Verdict.values()) {
                    boolean bodyIsBound = !payload.equals(Payload.UNSIGNED) && takesBody(route);
                    if (verdict != Verdict.FORGED_BODY || bodyIsBound) {
                        cases.add(new AuthCase(route, carrier, payload, verdict));
                    }
                }
            }
        }
        if (route == BucketRoute.POST_OBJECT) {
            Stream.of(Verdict.values())
                    .filter(verdict -> verdict != Verdict.FORGED_BODY)
                    .forEach(verdict -> cases.add(new AuthCase(route, Carrier.FORM, Payload.UNSIGNED, verdict)));
        }
        return cases;
    }

    /** Empty: whatever the operation says, but no refusal of the signature. */
    Optional<Expected> expected() {
        if (carrier == Carrier.NONE) {
            return Optional.of(new Expected(403, "AccessDenied"));
        }
        return switch (verdict) {
            case GOOD -> Optional.empty();
            case BAD_SIGNATURE -> Optional.of(new Expected(403, "SignatureDoesNotMatch"));
            case UNKNOWN_KEY, DISABLED_USER, DISABLED_KEY, REMOVED_KEY ->
                Optional.of(new Expected(403, "InvalidAccessKeyId"));
            // DeleteObjects answers for each key.
            case NO_RIGHTS ->
                Optional.of(new Expected(route == BucketRoute.DELETE_OBJECTS ? 200 : 403, "AccessDenied"));
            case EXPIRED ->
                Optional.of(new Expected(403, carrier == Carrier.HEADER ? "RequestTimeTooSkewed" : "AccessDenied"));
            case WRONG_REGION ->
                Optional.of(
                        switch (carrier) {
                            case HEADER -> new Expected(400, "AuthorizationHeaderMalformed");
                            case PRESIGNED -> new Expected(400, "AuthorizationQueryParametersError");
                            default -> new Expected(400, "InvalidArgument");
                        });
            case FORGED_BODY ->
                Optional.of(
                        payload.mode().hasSignedChunks()
                                ? new Expected(403, "SignatureDoesNotMatch")
                                : payload.mode().isChunked()
                                        ? new Expected(400, "BadDigest")
                                        : new Expected(400, "XAmzContentSHA256Mismatch"));
            case NAMED_ONLY ->
                Optional.of(
                        switch (carrier) {
                            case HEADER -> new Expected(400, "AuthorizationHeaderMalformed");
                            case PRESIGNED -> new Expected(403, "AccessDenied");
                            default -> new Expected(400, "InvalidArgument");
                        });
        };
    }

    /** Whether its handler reads what is sent; what nobody reads can be forged and does nothing. */
    private static boolean takesBody(Route route) {
        return route == ObjectRoute.PUT_OBJECT || route == ObjectRoute.UPLOAD_PART;
    }

    private static String plainBody(Route route) {
        if (route == BucketRoute.POST_OBJECT) {
            return form(Map.of("key", "posted"));
        }
        // What is granted is decided by these documents.
        if (route == BucketRoute.DELETE_OBJECTS) {
            return "<Delete><Object><Key>never-there</Key></Object></Delete>";
        }
        if (route == ObjectRoute.PUT_TAGGING) {
            return "<Tagging><TagSet></TagSet></Tagging>";
        }
        return switch (route.rule().method()) {
            case "PUT", "POST" -> CONTENT;
            default -> "";
        };
    }

    static String target(Route route, String uploadId) {
        String path = route instanceof ServiceRoute ? "/" : route instanceof BucketRoute ? "/object" : "/object/k";
        String selector = route.rule().selector().orElse("");
        return switch (selector) {
            case "" -> path;
            case "list-type" -> path + "?list-type=2";
            case "uploadId" ->
                path + "?uploadId=" + uploadId
                        + (route.rule().parameters().contains("partNumber") ? "&partNumber=1" : "");
            default -> path + "?" + selector;
        };
    }

    Sent sent(String uploadId, Instant now) {
        if (carrier == Carrier.FORM) {
            return sentForm(now);
        }
        String body = plainBody(route);
        WireRequest plain = head(uploadId, body);
        WireRequest right = signed(plain, SignedClient.SIGNER, now);
        WireRequest ofUser = signed(plain, verdict.signer(), now);
        String framed = isFramed() ? framed(verdict.isOfUser() ? ofUser : right, body, now) : body;
        WireRequest request = switch (verdict) {
            case GOOD, FORGED_BODY -> right;
            case BAD_SIGNATURE -> carrier == Carrier.NONE ? plain : flipped(right);
            case UNKNOWN_KEY ->
                signed(plain, new Signer(new AccessKeyId("stranger"), SignedClient.SECRET, SignedClient.REGION), now);
            case EXPIRED -> signed(plain, SignedClient.SIGNER, now.minus(Duration.ofMinutes(16)));
            case WRONG_REGION -> signed(plain, new Signer(SignedClient.KEY, SignedClient.SECRET, "eu-west-1"), now);
            case NAMED_ONLY -> unsigned(right);
            case DISABLED_USER, DISABLED_KEY, REMOVED_KEY, NO_RIGHTS -> ofUser;
        };
        String sentBody = verdict == Verdict.FORGED_BODY ? framed.replace("cont", "forg") : framed;
        List<String> secret =
                verdict == Verdict.GOOD || verdict == Verdict.FORGED_BODY ? List.of() : List.of(signature(right));
        return new Sent(
                SignedClient.text(request, sentBody), route.rule().method().equals("HEAD"), secret);
    }

    /** A request without a body has no frame either: a HEAD with one is no HTTP. */
    private boolean isFramed() {
        return payload.mode().isChunked()
                && carrier != Carrier.NONE
                && List.of("PUT", "POST").contains(route.rule().method());
    }

    private WireRequest head(String uploadId, String body) {
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("host", List.of("store.example:8000"));
        headers.put("x-amz-content-sha256", List.of(payload.text()));
        if (route == BucketRoute.POST_OBJECT) {
            headers.put("content-type", List.of("multipart/form-data; boundary=" + BOUNDARY));
        }
        if (route == BucketRoute.DELETE_OBJECTS) {
            headers.put("content-md5", List.of(md5(body)));
        }
        if (route.rule().copies()) {
            headers.put(Router.COPY_SOURCE, List.of("/object/source"));
        }
        int length = body.length();
        if (payload.mode().isChunked()) {
            headers.put("x-amz-decoded-content-length", List.of(Integer.toString(body.length())));
            if (payload.mode().hasTrailer()) {
                headers.put("x-amz-trailer", List.of("x-amz-checksum-crc32"));
            }
            length = isFramed() ? framedLength(body) : length;
        }
        headers.put("content-length", List.of(Integer.toString(length)));
        String target = target(route, uploadId);
        int mark = target.indexOf('?');
        return new WireRequest(
                route.rule().method(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                headers);
    }

    private WireRequest signed(WireRequest plain, Signer signer, Instant time) {
        return carrier == Carrier.PRESIGNED ? signer.presign(plain, time, VALIDITY) : signer.sign(plain, payload, time);
    }

    private int framedLength(String body) {
        WireRequest any = SignedClient.SIGNER.sign(
                new WireRequest(
                        "PUT",
                        "/any",
                        "",
                        Map.of(
                                "host",
                                List.of("x"),
                                "x-amz-decoded-content-length",
                                List.of(Integer.toString(body.length())))),
                payload,
                Instant.EPOCH);
        return framed(any, body, Instant.EPOCH).length();
    }

    private String framed(WireRequest right, String body, Instant now) {
        Map<String, String> trailers =
                payload.mode().hasTrailer() ? Map.of("x-amz-checksum-crc32", crc32(body)) : Map.of();
        return ChunkedBodies.pieces(right, SignedClient.SECRET, now, SignedClient.bytes(body), 4, trailers).stream()
                .map(piece -> new String(piece, StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining());
    }

    private static String md5(String body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(SignedClient.bytes(body)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String crc32(String body) {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(SignedClient.bytes(body));
        return Base64.getEncoder()
                .encodeToString(java.nio.ByteBuffer.allocate(4)
                        .putInt((int) crc.getValue())
                        .array());
    }

    private static String signature(WireRequest signed) {
        String text = signed.rawQuery() + SignedClient.authorization(signed);
        int at = text.lastIndexOf("Signature=") + "Signature=".length();
        return text.substring(at, at + 64);
    }

    private static WireRequest flipped(WireRequest right) {
        String signature = signature(right);
        char other = signature.charAt(0) == 'a' ? 'b' : 'a';
        return replaced(right, signature, other + signature.substring(1));
    }

    private static WireRequest unsigned(WireRequest right) {
        String signature = signature(right);
        WireRequest header = replaced(right, ", Signature=" + signature, "");
        return replaced(header, "&X-Amz-Signature=" + signature, "");
    }

    private static WireRequest replaced(WireRequest request, String text, String with) {
        WireRequest changed = new WireRequest(
                request.method(), request.rawPath(), request.rawQuery().replace(text, with), request.headers());
        return changed.headers().containsKey("authorization")
                ? SignedClient.with(
                        changed,
                        "authorization",
                        SignedClient.authorization(changed).replace(text, with))
                : changed;
    }

    private Sent sentForm(Instant now) {
        Instant expiration = verdict == Verdict.EXPIRED ? now.minusSeconds(1) : now.plusSeconds(60);
        String policy = """
                {"expiration": "%s", "conditions": [{"bucket": "object"}, ["starts-with", "$key", ""],
                ["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""],
                ["starts-with", "$x-amz-date", ""]]}""".formatted(expiration);
        String base64 = Base64.getEncoder().encodeToString(SignedClient.bytes(policy));
        Map<String, String> right = SignedClient.SIGNER.signPolicy(base64, now);
        AccessKeyId key = verdict == Verdict.UNKNOWN_KEY ? new AccessKeyId("stranger") : SignedClient.KEY;
        key = verdict.isOfUser() ? verdict.key() : key;
        String region = verdict == Verdict.WRONG_REGION ? "eu-west-1" : SignedClient.REGION;
        Map<String, String> fields =
                new TreeMap<>(new Signer(key, SignedClient.SECRET, region).signPolicy(base64, now));
        fields.put("key", "posted");
        String signature = right.getOrDefault("x-amz-signature", "");
        if (verdict == Verdict.BAD_SIGNATURE) {
            fields.put("x-amz-signature", (signature.charAt(0) == 'a' ? "b" : "a") + signature.substring(1));
        } else if (verdict == Verdict.NAMED_ONLY) {
            fields.remove("x-amz-signature");
        }
        String body = form(fields);
        return new Sent(
                RawClient.head(
                                "POST /object",
                                "Content-Type: multipart/form-data; boundary=" + BOUNDARY,
                                "Content-Length: " + body.length())
                        + body,
                false,
                verdict == Verdict.BAD_SIGNATURE || verdict == Verdict.NAMED_ONLY ? List.of(signature) : List.of());
    }

    private static String form(Map<String, String> fields) {
        StringBuilder body = new StringBuilder();
        new TreeMap<>(fields)
                .forEach((name, value) -> body.append("--" + BOUNDARY)
                        .append("\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n")
                        .append(value)
                        .append("\r\n"));
        return body.append(
                        "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n")
                .append("posted\r\n--" + BOUNDARY + "--\r\n")
                .toString();
    }

    @Override
    public String toString() {
        return route.operation() + " " + carrier + " " + payload.mode() + " " + verdict;
    }

    static final List<String> AUTH_REFUSALS = List.of(
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
            "RequestTimeTooSkewed",
            "AuthorizationHeaderMalformed",
            "AuthorizationQueryParametersError",
            "XAmzContentSHA256Mismatch",
            "AccessDenied");
}
