package flare.data;

import flare.chunk.BlockCrcs;
import flare.data.DataNode.PullOrder;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From the raw request line to a {@link NodeCall}. Strict: a path is matched as it stands, without decoding, and a query
 * has exactly the parameters of its route, so that nothing but 32 hex digits and a number ever names a chunk.
 */
final class NodeCallParser {

    private static final Pattern CHUNK = Pattern.compile("([0-9a-f]{32})/(0|[1-9][0-9]{0,8})");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})?");
    private static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");
    private static final String CHUNKS = "/chunks";
    private static final String PULL = "/pull";

    private final String method;
    private final String path;
    private final Map<String, String> query;

    private NodeCallParser(String method, String path, Map<String, String> query) {
        this.method = method;
        this.path = path;
        this.query = query;
    }

    /**
     * Throws {@link NodeRefusal} for what is no call.
     *
     * @param range the Range header
     */
    static NodeCall parse(String method, String rawTarget, Optional<String> range) {
        int mark = rawTarget.indexOf('?');
        String path = mark < 0 ? rawTarget : rawTarget.substring(0, mark);
        String rawQuery = mark < 0 ? "" : rawTarget.substring(mark + 1);
        return new NodeCallParser(method, path, parameters(rawQuery)).call(range);
    }

    private NodeCall call(Optional<String> range) {
        NodeCall call;
        if (path.equals(NodeCall.Health.TARGET)) {
            allow("GET");
            call = new NodeCall.Health();
        } else if (path.equals(NodeCall.EmptyTrash.TARGET)) {
            allow("DELETE");
            call = new NodeCall.EmptyTrash();
        } else if (path.equals(NodeCall.MeasureSyncs.TARGET)) {
            allow("POST");
            call = new NodeCall.MeasureSyncs();
        } else if (path.equals(CHUNKS)) {
            allow("GET");
            call = new NodeCall.Inventory(
                    Optional.ofNullable(query.remove("after")).map(NodeCallParser::chunk),
                    (int) number("limit", 1, NodeCall.MAX_INVENTORY));
        } else if (path.startsWith(CHUNKS + "/")
                && path.endsWith(PULL)
                && path.length() > CHUNKS.length() + PULL.length()) {
            allow("POST");
            call = new NodeCall.Pull(
                    chunk(path.substring(CHUNKS.length() + 1, path.length() - PULL.length())), pullOrder());
        } else if (path.startsWith(CHUNKS + "/")) {
            call = chunkCall(chunk(path.substring(CHUNKS.length() + 1)), range);
        } else {
            throw new NodeRefusal(NodeError.NO_SUCH_ROUTE, "a data node has no such route");
        }
        if (!query.isEmpty()) {
            throw malformed(
                    "the route has no parameter '" + query.keySet().iterator().next() + "'");
        }
        return call;
    }

    private NodeCall chunkCall(ChunkId chunk, Optional<String> range) {
        return switch (method) {
            case "PUT" -> new NodeCall.Put(chunk);
            case "GET" -> blocks(chunk, range);
            case "HEAD" -> new NodeCall.Verify(chunk);
            case "DELETE" -> new NodeCall.Delete(chunk, number("freed", 1, Long.MAX_VALUE));
            default -> throw notAllowed();
        };
    }

    /** Whole blocks only: what is sent can be checked against the block checksums, and nothing else can (I9). */
    private static NodeCall blocks(ChunkId chunk, Optional<String> range) {
        if (range.isEmpty()) {
            return new NodeCall.Get(chunk, 0, Integer.MAX_VALUE);
        }
        Matcher parts = RANGE.matcher(range.get());
        if (!parts.matches()) {
            throw malformed("a chunk is read by one range 'bytes=first-last'");
        }
        long first = Long.parseLong(parts.group(1));
        long blocks = parts.group(2) == null
                ? Integer.MAX_VALUE
                : (Long.parseLong(parts.group(2)) + 1 - first) / BlockCrcs.BLOCK_BYTES;
        boolean whole = first % BlockCrcs.BLOCK_BYTES == 0
                && (parts.group(2) == null || (Long.parseLong(parts.group(2)) + 1) % BlockCrcs.BLOCK_BYTES == 0);
        if (!whole || blocks < 1 || first / BlockCrcs.BLOCK_BYTES > Integer.MAX_VALUE) {
            throw malformed("a chunk is read in whole blocks of " + BlockCrcs.BLOCK_BYTES + " bytes");
        }
        return new NodeCall.Get(
                chunk, (int) (first / BlockCrcs.BLOCK_BYTES), (int) Math.min(blocks, Integer.MAX_VALUE));
    }

    private PullOrder pullOrder() {
        try {
            URI url = URI.create(text("url"));
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getHost() == null || url.getPort() < 1) {
                throw malformed("url is to be http://host:port or https://host:port");
            }
            String crc = text("crc32c");
            if (!CRC.matcher(crc).matches()) {
                throw malformed("crc32c is to be 8 lower-case hex digits");
            }
            return new PullOrder(
                    UUID.fromString(text("from")),
                    url,
                    number("length", 1, Long.MAX_VALUE),
                    Integer.parseUnsignedInt(crc, 16),
                    number("generation", 1, Long.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw malformed("from is to be a UUID and url a URL");
        }
    }

    private static ChunkId chunk(String text) {
        Matcher parts = CHUNK.matcher(text);
        if (!parts.matches()) {
            throw malformed("a chunk is named by 32 lower-case hex digits, '/', and its ordinal");
        }
        try {
            return new ChunkId(BlobId.parse(parts.group(1)), Integer.parseInt(parts.group(2)));
        } catch (IllegalArgumentException e) {
            throw malformed("no blob has this id");
        }
    }

    private void allow(String allowed) {
        if (!method.equals(allowed)) {
            throw notAllowed();
        }
    }

    private String text(String name) {
        String value = query.remove(name);
        if (value == null) {
            throw malformed("the parameter '" + name + "' is missing");
        }
        return value;
    }

    private long number(String name, long min, long max) {
        String value = text(name);
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, with what is allowed.
        }
        throw malformed("the parameter '" + name + "' is to be a number from " + min + " to " + max);
    }

    private static Map<String, String> parameters(String rawQuery) {
        Map<String, String> parameters = new HashMap<>();
        if (rawQuery.isEmpty()) {
            return parameters;
        }
        for (String pair : rawQuery.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw malformed("a query is name=value, joined by '&'");
            }
            String value;
            try {
                value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw malformed("the query is not percent-encoded text");
            }
            if (parameters.put(pair.substring(0, equals), value) != null) {
                throw malformed("a parameter stands twice");
            }
        }
        return parameters;
    }

    private NodeRefusal notAllowed() {
        return new NodeRefusal(NodeError.METHOD_NOT_ALLOWED, "the route has no such method");
    }

    private static NodeRefusal malformed(String message) {
        return new NodeRefusal(NodeError.MALFORMED, message);
    }
}
