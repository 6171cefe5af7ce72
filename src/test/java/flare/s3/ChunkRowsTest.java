package flare.s3;

import static flare.s3.SignedClient.with;
import static flare.s3.SignedClient.without;
import static flare.s3.SignedPort.refused;
import static org.assertj.core.api.Assertions.assertThat;

import flare.s3.SignedClient.Chunked;
import flare.sigv4.Payload;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad-input table, bodies in aws-chunked; the numbers are its rows. An object that was there stays what it was. */
class ChunkRowsTest {

    private static final String OBJECT = "0123456789".repeat(30);
    private static final int CHUNK = 100;
    private static final Map<String, String> CRC = Map.of("x-amz-checksum-crc32", crc32(OBJECT));
    private static final String TARGET = "/object/precious";

    private static SignedPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new SignedPort();
        port.storePrecious();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static String crc32(String object) {
        CRC32 crc = new CRC32();
        crc.update(SignedClient.bytes(object));
        return Base64.getEncoder()
                .encodeToString(java.nio.ByteBuffer.allocate(4)
                        .putInt((int) crc.getValue())
                        .array());
    }

    private static Chunked signed() {
        return port.client.chunked(TARGET, Payload.SIGNED_CHUNKS, OBJECT, CHUNK, Map.of());
    }

    private static Chunked signedTrailer() {
        return port.client.chunked(TARGET, Payload.SIGNED_CHUNKS_WITH_TRAILER, OBJECT, CHUNK, CRC);
    }

    private static Chunked unsignedTrailer() {
        return port.client.chunked(TARGET, Payload.UNSIGNED_CHUNKS_WITH_TRAILER, OBJECT, CHUNK, CRC);
    }

    private static void refusedUpload(Chunked upload, int status, String code) throws IOException {
        port.refusedAndUnchanged(port.client.send(upload), status, code);
    }

    @Test
    void takesWhatTheRowsBelowSpoil() throws IOException {
        for (Payload payload : List.of(
                Payload.SIGNED_CHUNKS, Payload.SIGNED_CHUNKS_WITH_TRAILER, Payload.UNSIGNED_CHUNKS_WITH_TRAILER)) {
            Map<String, String> trailers = payload.mode().hasTrailer() ? CRC : Map.of();
            Chunked upload = port.client.chunked("/object/good", payload, OBJECT, CHUNK, trailers);
            assertThat(port.client.send(upload).status()).isEqualTo(200);
            assertThat(port.client.get("/object/good").body()).isEqualTo(OBJECT);
        }
    }

    @Test
    void row17RefusesAnAlteredSignatureOfTheSecondChunk() throws IOException {
        for (Chunked upload : List.of(signed(), signedTrailer())) {
            String second = upload.pieces().get(1);
            int at = second.indexOf("chunk-signature=") + "chunk-signature=".length();
            char other = second.charAt(at) == 'a' ? 'b' : 'a';
            refusedUpload(
                    upload.with(1, second.substring(0, at) + other + second.substring(at + 1)),
                    403,
                    "SignatureDoesNotMatch");
            refusedUpload(upload.with(1, second.replace("0123", "0124")), 403, "SignatureDoesNotMatch");
        }
    }

    @Test
    void row18RefusesChunksSwappedAndReplayed() throws IOException {
        for (Chunked upload : List.of(signed(), signedTrailer())) {
            Chunked swapped = upload.with(0, upload.pieces().get(1))
                    .with(1, upload.pieces().get(0));
            refusedUpload(swapped, 403, "SignatureDoesNotMatch");
            refusedUpload(upload.with(1, upload.pieces().get(0)), 403, "SignatureDoesNotMatch");
        }
        Chunked other = port.client.chunked("/object/other", Payload.SIGNED_CHUNKS, OBJECT, CHUNK, Map.of());
        refusedUpload(signed().with(0, other.pieces().get(0)), 403, "SignatureDoesNotMatch");
    }

    @Test
    void row19RefusesABodyWithoutItsLastChunk() throws IOException {
        refusedUpload(signed().without(3).without(4), 400, "IncompleteBody");
        Chunked upload = unsignedTrailer();
        refusedUpload(upload.without(3).without(4).without(5), 400, "IncompleteBody");
        refusedUpload(upload.without(5), 400, "IncompleteBody");
    }

    @Test
    void row20RefusesAnotherLengthThanWasAnnounced() throws IOException {
        refusedUpload(signed().without(2), 400, "IncompleteBody");
        Chunked longer = unsignedTrailer();
        refusedUpload(longer.with(2, longer.pieces().get(2) + longer.pieces().get(2)), 400, "IncompleteBody");
    }

    @Test
    void row21RefusesNoDecodedLength() throws IOException {
        WireRequest request = signed().request();
        String authorization = SignedClient.authorization(request);
        // Signed without it, too: signed and gone would be another refusal.
        WireRequest unannounced = SignedClient.SIGNER.sign(
                without(without(request, "x-amz-decoded-content-length"), "authorization"),
                Payload.SIGNED_CHUNKS,
                SignedPort.NOW);
        assertThat(SignedClient.authorization(unannounced)).isNotEqualTo(authorization);
        refusedUpload(new Chunked(unannounced, signed().pieces()), 411, "MissingContentLength");
    }

    /** CVE-2025-31489 of another store: what is signed in its head alone was not checked at all. */
    @Test
    void row22RefusesAForgedHeadOfUnsignedChunks() throws IOException {
        Chunked upload = unsignedTrailer();
        String authorization = SignedClient.authorization(upload.request());
        String forged = authorization.replaceAll("Signature=.*", "Signature=" + "0".repeat(64));
        refusedUpload(
                new Chunked(with(upload.request(), "authorization", forged), upload.pieces()),
                403,
                "SignatureDoesNotMatch");
        WireRequest elsewhere =
                new WireRequest("PUT", "/object/precious2", "", upload.request().headers());
        refusedUpload(new Chunked(elsewhere, upload.pieces()), 403, "SignatureDoesNotMatch");
    }

    /** GHSA-9c4q-hq6p-c237: a credential named in the query let the body mode through unsigned. */
    @Test
    void row23RefusesUnsignedChunksWithACredentialInTheQuery() throws IOException {
        Chunked upload = unsignedTrailer();
        for (String query : List.of(
                "X-Amz-Credential=root%2F20260102%2Fus-east-1%2Fs3%2Faws4_request",
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=root%2F20260102%2Fus-east-1%2Fs3%2Faws4_request"
                        + "&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host")) {
            WireRequest request = new WireRequest(
                    "PUT",
                    TARGET,
                    query,
                    without(upload.request(), "authorization").headers());
            refusedUpload(new Chunked(request, upload.pieces()), 403, "AccessDenied");
        }
    }

    @Test
    void row24RefusesAWrongChecksumInTheTrailer() throws IOException {
        Map<String, String> wrong = Map.of("x-amz-checksum-crc32", "AAAAAA==");
        for (Payload payload : List.of(Payload.SIGNED_CHUNKS_WITH_TRAILER, Payload.UNSIGNED_CHUNKS_WITH_TRAILER)) {
            refusedUpload(port.client.chunked(TARGET, payload, OBJECT, CHUNK, wrong), 400, "BadDigest");
        }
    }

    @Test
    void row25RefusesATrailerAnnouncedAndNotSentOrSentAndNotAnnounced() throws IOException {
        Chunked upload = unsignedTrailer();
        refusedUpload(upload.without(4), 400, "MalformedTrailerError");
        refusedUpload(upload.with(4, "x-amz-checksum-sha1:AAAA\r\n"), 400, "MalformedTrailerError");
        refusedUpload(upload.with(4, upload.pieces().get(4) + upload.pieces().get(4)), 400, "MalformedTrailerError");
        refusedUpload(signed().with(4, "x-amz-checksum-crc32:AAAAAA==\r\n\r\n"), 400, "MalformedTrailerError");
    }

    @Test
    void row26RefusesATrailerWithoutItsSignature() throws IOException {
        Chunked upload = signedTrailer();
        refusedUpload(upload.without(5), 403, "SignatureDoesNotMatch");
        refusedUpload(
                upload.with(5, "x-amz-trailer-signature:" + "0".repeat(64) + "\r\n"), 403, "SignatureDoesNotMatch");
        refusedUpload(upload.with(4, "x-amz-checksum-crc32:AAAAAA==\r\n"), 403, "SignatureDoesNotMatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FFFFFFFFFFFFFFFFF",
                "7FFFFFFFFFFFFFFF",
                "-1",
                "0x10",
                " 10",
                "10 ",
                "",
                "g",
                "+5",
                "5;name=value",
                "5;chunk-signature"
            })
    void row27RefusesAChunkSizeThatIsNone(String size) throws IOException {
        Chunked upload = unsignedTrailer();
        refusedUpload(upload.with(0, size + "\r\nhello\r\n"), 400, "InvalidRequest");
    }

    @Test
    void row28RefusesAnExtensionOfAMebibyteAndHoldsNoneOfIt() throws IOException {
        String huge = ";chunk-signature=" + "a".repeat(1 << 20);
        try (RawClient raw = port.port.connect()) {
            raw.send(SignedClient.text(signed().request(), ""));
            String body = "64" + huge;
            // The server may stop listening before it has all of that.
            try {
                raw.send(Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
            } catch (IOException closed) {
                assertThat(closed).hasMessageMatching("(?i).*(reset|broken pipe|abort).*");
            }
            refused(raw.response(), 400, "InvalidRequest");
        }
        assertThat(port.client.get(TARGET).body()).isEqualTo("precious");
    }
}
