package flare.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.DiskState;
import flare.data.DataNode.NodeHealth;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMessage;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Headers and JSON of the data nodes' port, written and read. What reads throws {@link IllegalArgumentException} for what
 * the other end never writes; unknown JSON fields are a newer node's and are passed over.
 */
final class NodeWire {

    /** On every refusal, also to HEAD, whose answer has no body: a {@link NodeError}. */
    static final String ERROR = "Flare-Error";
    /** Bytes of the whole chunk. */
    static final String CHUNK_LENGTH = "Flare-Chunk-Length";
    /** Of the whole chunk, 8 hex digits: in an answer as computed; in a PUT as declared. */
    static final String CRC32C = "Flare-Crc32c";
    /** Of the whole chunk: {@link flare.chunk.BlockCrcs#toBase64}. */
    static final String BLOCK_CRCS = "Flare-Block-Crcs";

    /** With each answer to {@code /health}: the node's steady clock in milliseconds, which tokens expire by. */
    static final String TOKEN_CLOCK = "Flare-Token-Clock";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private NodeWire() {}

    static List<HttpHeader> receipt(CopyReceipt receipt) {
        return List.of(
                RawHeader.create(CHUNK_LENGTH, Long.toString(receipt.length())),
                RawHeader.create(CRC32C, String.format("%08x", receipt.crc32c())));
    }

    static CopyReceipt receipt(HttpMessage message) {
        return new CopyReceipt(Long.parseLong(header(message, CHUNK_LENGTH)), crc32c(header(message, CRC32C)));
    }

    static int crc32c(String hex) {
        if (hex.length() != 8) {
            throw new IllegalArgumentException("a CRC32C is 8 hex digits");
        }
        return Integer.parseUnsignedInt(hex, 16);
    }

    static String header(HttpMessage message, String name) {
        return message.getHeader(name)
                .map(HttpHeader::value)
                .orElseThrow(() -> new IllegalArgumentException("the header " + name + " is missing"));
    }

    static String error(NodeError error, String message) {
        return JSON.createObjectNode()
                .put("kind", error.name())
                .put("message", message)
                .toString();
    }

    /** The message in an error's body, or what can be said without. */
    static String errorMessage(String body) {
        try {
            return JSON.readTree(body).path("message").asText("no message");
        } catch (JsonProcessingException e) {
            return "no message";
        }
    }

    static String health(NodeHealth health) {
        ObjectNode json = JSON.createObjectNode();
        json.put("uuid", health.uuid().toString());
        health.clusterId().ifPresent(cluster -> json.put("clusterId", cluster.toString()));
        return json.put("incarnation", health.incarnation())
                .put("process", health.process().toString())
                .put("totalBytes", health.totalBytes())
                .put("freeBytes", health.freeBytes())
                .put("disk", health.disk().name().toLowerCase(Locale.ROOT))
                .put("clockMillis", health.clockMillis())
                .put("setAside", health.setAside())
                .put("reserveBytes", health.reserveBytes())
                .put("trashBytes", health.trashBytes())
                .put("volume", health.volume())
                .toString();
    }

    /** Empty from a node of a version whose tokens expired by its wall clock. */
    static OptionalLong tokenClock(HttpMessage health) {
        return health.getHeader(TOKEN_CLOCK)
                .map(header -> OptionalLong.of(Long.parseLong(header.value())))
                .orElse(OptionalLong.empty());
    }

    static NodeHealth health(String body) {
        JsonNode json = read(body);
        return new NodeHealth(
                UUID.fromString(json.path("uuid").asText()),
                json.hasNonNull("clusterId")
                        ? Optional.of(UUID.fromString(json.path("clusterId").asText()))
                        : Optional.empty(),
                number(json, "incarnation"),
                UUID.fromString(json.path("process").asText()),
                number(json, "totalBytes"),
                number(json, "freeBytes"),
                DiskState.valueOf(json.path("disk").asText().toUpperCase(Locale.ROOT)),
                number(json, "clockMillis"),
                json.path("setAside").asLong(),
                json.path("reserveBytes").asLong(-1),
                json.path("trashBytes").asLong(-1),
                json.path("volume").asText(""));
    }

    static String syncs(SyncTimes times) {
        return JSON.createObjectNode()
                .put("medianNanos", times.medianNanos())
                .put("maxNanos", times.maxNanos())
                .put("syncs", times.syncs())
                .put("fileSystem", times.fileSystem())
                .toString();
    }

    static SyncTimes syncs(String body) {
        JsonNode json = read(body);
        return new SyncTimes(
                number(json, "medianNanos"),
                number(json, "maxNanos"),
                Math.toIntExact(number(json, "syncs")),
                json.path("fileSystem").asText());
    }

    static String inventory(List<ChunkId> chunks) {
        ObjectNode json = JSON.createObjectNode();
        var ids = json.putArray("chunks");
        chunks.forEach(chunk -> ids.add(chunk.toString()));
        return json.toString();
    }

    static List<ChunkId> inventory(String body) {
        JsonNode ids = read(body).path("chunks");
        if (!ids.isArray()) {
            // An inventory that is taken for empty ends a sweep as if the node had been looked at.
            throw new IllegalArgumentException("the answer has no list 'chunks'");
        }
        List<ChunkId> chunks = new ArrayList<>();
        for (JsonNode id : ids) {
            String[] parts = id.asText().split("/", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException("'" + id.asText() + "' is no chunk id");
            }
            chunks.add(new ChunkId(BlobId.parse(parts[0]), Integer.parseInt(parts[1])));
        }
        return chunks;
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the answer is not JSON", e);
        }
    }

    private static long number(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.canConvertToLong()) {
            throw new IllegalArgumentException("the answer has no number '" + field + "'");
        }
        return value.asLong();
    }
}
