package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What clients in the field signed, byte for byte (src/test/signers says how it was made): all true, any change false. */
class IndependentSignersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MUTATIONS = 8;

    /** @param time at which it was signed */
    private record Signed(String name, WireRequest request, byte[] body, byte[] decoded, Instant time) {}

    @Test
    void acceptsEveryRequest() {
        Set<String> signers = new TreeSet<>();
        Set<PayloadMode> modes = new TreeSet<>();
        for (JsonNode line : lines()) {
            if (!line.has("form")) {
                Signed signed = signed(line);
                VerifiedRequest verified = verified(signed);
                requireBody(signed, verified);
                signers.add(line.get("signer").asText());
                modes.add(verified.payload().mode());
            }
        }
        assertThat(signers).hasSizeGreaterThanOrEqualTo(7);
        assertThat(modes).containsExactly(PayloadMode.values());
    }

    @Test
    void acceptsEveryForm() {
        Set<String> signers = new TreeSet<>();
        for (JsonNode line : lines()) {
            if (line.has("form")) {
                Map<String, String> fields = new HashMap<>();
                line.get("form")
                        .properties()
                        .forEach(field -> fields.put(
                                field.getKey().toLowerCase(Locale.ROOT),
                                field.getValue().asText()));
                FormClaim claim = Examples.verifier().formClaim(fields).orElseThrow();
                assertThat(Examples.verifier().verifyForm(claim, Examples.SECRET))
                        .contains("expiration");
                signers.add(line.get("signer").asText());
            }
        }
        assertThat(signers).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void refusesEveryRequestWithOneByteChanged() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (JsonNode line : lines()) {
            if (!line.has("form")) {
                Signed signed = signed(line);
                for (int i = 0; i < MUTATIONS; i++) {
                    WireRequest changed = Mutation.oneByte(signed.request(), random);
                    assertThat(Mutation.isAccepted(changed, signed.time()))
                            .as("seed %d: %s as %s", seed, signed.name(), changed)
                            .isFalse();
                }
            }
        }
    }

    private static VerifiedRequest verified(Signed signed) {
        try {
            return Examples.verify(signed.request(), signed.time());
        } catch (SignatureRefusedException e) {
            throw new AssertionError(signed.name() + ": " + e.fault() + " of " + signed.request(), e);
        }
    }

    private static void requireBody(Signed signed, VerifiedRequest verified) {
        switch (verified.payload().mode()) {
            case UNSIGNED -> {}
            case HASHED ->
                assertThat(Payload.of(signed.body()).text())
                        .as(signed.name())
                        .isEqualTo(verified.payload().text());
            case SIGNED_CHUNKS, SIGNED_CHUNKS_WITH_TRAILER, UNSIGNED_CHUNKS_WITH_TRAILER -> {
                for (int pieceBytes : List.of(1, 2, 3, 4096)) {
                    assertThat(decoded(signed, verified, pieceBytes))
                            .as(signed.name())
                            .isEqualTo(signed.decoded());
                }
            }
        }
    }

    private static byte[] decoded(Signed signed, VerifiedRequest verified, int pieceBytes) {
        ChunkedBody decoder = ChunkedBody.of(verified);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < signed.body().length; at += pieceBytes) {
            int end = Math.min(at + pieceBytes, signed.body().length);
            decoder.decode(ByteBuffer.wrap(Arrays.copyOfRange(signed.body(), at, end)))
                    .forEach(bytes ->
                            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
        }
        assertThat(decoder.finish().isEmpty())
                .as(signed.name())
                .isEqualTo(!verified.payload().mode().hasTrailer());
        return out.toByteArray();
    }

    private static Signed signed(JsonNode line) {
        Map<String, List<String>> headers = new HashMap<>();
        line.get("headers")
                .forEach(pair -> headers.computeIfAbsent(
                                pair.get(0).asText().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(pair.get(1).asText()));
        String target = line.get("target").asText();
        int mark = target.indexOf('?');
        String query = mark < 0 ? "" : target.substring(mark + 1);
        WireRequest request = new WireRequest(
                line.get("method").asText(), mark < 0 ? target : target.substring(0, mark), query, headers);
        String date = headers.containsKey("x-amz-date")
                ? headers.get("x-amz-date").get(0)
                : QueryText.parse(query).only("X-Amz-Date").orElseThrow();
        return new Signed(
                line.get("signer").asText() + ": " + line.get("case").asText(),
                request,
                unpacked(line.get("body")),
                line.has("decoded") ? unpacked(line.get("decoded")) : new byte[0],
                AmzDate.parse(date).orElseThrow());
    }

    private static byte[] unpacked(JsonNode node) {
        byte[] packed = Base64.getDecoder().decode(node.asText());
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> lines() {
        try (InputStream file = IndependentSignersTest.class.getResourceAsStream("signed-requests.jsonl.gz");
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            List<JsonNode> lines = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
