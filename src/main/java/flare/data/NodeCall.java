package flare.data;

import flare.data.DataNode.PullOrder;
import flare.model.ChunkId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A call on a data node's port. Each knows its method and request target, so that client and server can't differ about
 * them; {@link NodeCallParser} is the way back.
 */
sealed interface NodeCall {

    /** Most chunk ids in one answer. */
    int MAX_INVENTORY = 10_000;

    String method();

    /** Path and query as they stand in the request line. */
    String target();

    record Health() implements NodeCall {

        static final String TARGET = "/health";

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String target() {
            return TARGET;
        }
    }

    record Inventory(Optional<ChunkId> after, int limit) implements NodeCall {

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String target() {
            return "/chunks?"
                    + after.map(id -> "after=" + encode(id.toString()) + "&").orElse("") + "limit=" + limit;
        }
    }

    record EmptyTrash() implements NodeCall {

        static final String TARGET = "/trash";

        @Override
        public String method() {
            return "DELETE";
        }

        @Override
        public String target() {
            return TARGET;
        }
    }

    record MeasureSyncs() implements NodeCall {

        static final String TARGET = "/syncs";

        @Override
        public String method() {
            return "POST";
        }

        @Override
        public String target() {
            return TARGET;
        }
    }

    record Put(ChunkId chunk) implements NodeCall {

        @Override
        public String method() {
            return "PUT";
        }

        @Override
        public String target() {
            return path(chunk);
        }
    }

    /** The blocks stand in the Range header. */
    record Get(ChunkId chunk, int firstBlock, int blocks) implements NodeCall {

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String target() {
            return path(chunk);
        }
    }

    record Verify(ChunkId chunk) implements NodeCall {

        @Override
        public String method() {
            return "HEAD";
        }

        @Override
        public String target() {
            return path(chunk);
        }
    }

    record Delete(ChunkId chunk, long freedIndex) implements NodeCall {

        @Override
        public String method() {
            return "DELETE";
        }

        @Override
        public String target() {
            return path(chunk) + "?freed=" + freedIndex;
        }
    }

    record Pull(ChunkId chunk, PullOrder order) implements NodeCall {

        @Override
        public String method() {
            return "POST";
        }

        @Override
        public String target() {
            return path(chunk) + "/pull?from=" + order.sourceUuid() + "&url="
                    + encode(order.sourceUrl().toString()) + "&length=" + order.length() + "&crc32c="
                    + String.format("%08x", order.crc32c()) + "&generation=" + order.generation();
        }
    }

    private static String path(ChunkId chunk) {
        return "/chunks/" + chunk;
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
