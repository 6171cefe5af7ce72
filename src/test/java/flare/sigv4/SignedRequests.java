package flare.sigv4;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Requests and forms that clients in the field signed; src/test/signers says how they were had. */
public final class SignedRequests {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param decoded the object within a body in chunks
     * @param time at which it was signed
     */
    public record Signed(String signer, String name, WireRequest request, byte[] body, byte[] decoded, Instant time) {}

    /** @param fields by lower-case name */
    public record Form(String signer, Map<String, String> fields) {}

    private SignedRequests() {}

    public static List<Signed> requests() {
        return lines().stream()
                .filter(line -> !line.has("form"))
                .map(SignedRequests::signed)
                .toList();
    }

    public static List<Form> forms() {
        return lines().stream()
                .filter(line -> line.has("form"))
                .map(SignedRequests::form)
                .toList();
    }

    private static Form form(JsonNode line) {
        Map<String, String> fields = new HashMap<>();
        line.get("form")
                .properties()
                .forEach(field -> fields.put(
                        field.getKey().toLowerCase(Locale.ROOT),
                        field.getValue().asText()));
        return new Form(line.get("signer").asText(), fields);
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
                line.get("signer").asText(),
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
        try (InputStream file = SignedRequests.class.getResourceAsStream("signed-requests.jsonl.gz");
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
