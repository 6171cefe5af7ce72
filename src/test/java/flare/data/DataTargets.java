package flare.data;

import flare.chunk.BlockCrcs;
import flare.fuzz.Target;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What a data node reads: files that may be anybody's, calls, and what other nodes answer. */
public final class DataTargets {

    private static final ChunkId CHUNK = new ChunkId(new BlobId(1, 2), 3);
    private static final UUID NODE = new UUID(5, 6);

    private DataTargets() {}

    public static List<Target> all() {
        return List.of(chunkFile(), nodeCall(), nodeWire(), identity(), blockCrcs());
    }

    /** Header, footer and table, one behind the other. */
    private static Target chunkFile() {
        ByteBuffer header = new ChunkFile.Header(NODE, CHUNK, 7).encode();
        BlockCrcs table = new BlockCrcs(new int[] {0x1234});
        int tableCrc = ChunkFile.crc32c(ChunkFile.encodeTable(table));
        ByteBuffer footer = new ChunkFile.Footer(100, table.fold(100), tableCrc, 9).encode();
        byte[] seed = ByteBuffer.allocate(ChunkFile.HEADER_BYTES + ChunkFile.FOOTER_BYTES + 4)
                .put(header)
                .put(footer)
                .put(ChunkFile.encodeTable(table))
                .array();
        return new Target("data-chunk-file", Set.of(CorruptChunkException.class), List.of(seed), input -> {
            int tail = ChunkFile.HEADER_BYTES + ChunkFile.FOOTER_BYTES;
            if (input.length < tail) {
                ChunkFile.Header.decode(ByteBuffer.wrap(input));
                return;
            }
            ByteBuffer first = ByteBuffer.wrap(input, 0, ChunkFile.HEADER_BYTES);
            ChunkFile.Header read = ChunkFile.Header.decode(first.duplicate());
            Target.require(read.encode().equals(first), "a header is written as it was read");
            ByteBuffer last = ByteBuffer.wrap(input, ChunkFile.HEADER_BYTES, ChunkFile.FOOTER_BYTES);
            ChunkFile.Footer end = ChunkFile.Footer.decode(last.duplicate());
            Target.require(end.encode().equals(last), "a footer is written as it was read");
            ChunkFile.decodeTable(
                    ByteBuffer.wrap(input, tail, input.length - tail).slice(), end);
        });
    }

    private static Target nodeCall() {
        DataNode.PullOrder order = new DataNode.PullOrder(NODE, URI.create("http://127.0.0.1:9000"), 100, 1, 2);
        List<String> seeds = List.of(
                line(new NodeCall.Health()),
                line(new NodeCall.EmptyTrash()),
                line(new NodeCall.MeasureSyncs()),
                line(new NodeCall.Inventory(Optional.of(CHUNK), 10)),
                line(new NodeCall.Put(CHUNK)),
                line(new NodeCall.Get(CHUNK, 0, 1)) + "\nbytes=65536-131071",
                line(new NodeCall.Verify(CHUNK)),
                line(new NodeCall.Delete(CHUNK, 5)),
                line(new NodeCall.Pull(CHUNK, order)));
        return Target.ofText("data-node-call", Set.of(NodeRefusal.class), seeds, text -> {
            String[] lines = text.split("\n", 2);
            String[] words = lines[0].split(" ", 2);
            Optional<String> range = lines.length > 1 ? Optional.of(lines[1]) : Optional.empty();
            NodeCall call = NodeCallParser.parse(words[0], words.length < 2 ? "" : words[1], range);
            Target.require(
                    NodeCallParser.parse(call.method(), call.target(), range).equals(call),
                    "a call is read as it was written: " + call);
        });
    }

    private static String line(NodeCall call) {
        return call.method() + " " + call.target();
    }

    private static Target nodeWire() {
        DataNode.NodeHealth health = new DataNode.NodeHealth(
                NODE, Optional.of(new UUID(1, 1)), 3, new UUID(2, 2), 100, 50, DataNode.DiskState.OK, 9, 0, 0, 0, "v");
        return Target.ofText(
                "data-node-wire",
                Set.of(IllegalArgumentException.class),
                List.of(
                        NodeWire.health(health),
                        NodeWire.inventory(List.of(CHUNK, CHUNK)),
                        NodeWire.error(NodeError.BUSY, "message"),
                        "0123abcd",
                        "{\"chunks\": [1, null, {}]}",
                        "[".repeat(2000)),
                text -> {
                    NodeWire.errorMessage(text);
                    switch (text.isEmpty() ? 0 : text.charAt(text.length() - 1) % 3) {
                        case 0 -> NodeWire.crc32c(text);
                        case 1 -> {
                            List<ChunkId> chunks = NodeWire.inventory(text);
                            Target.require(
                                    NodeWire.inventory(NodeWire.inventory(chunks))
                                            .equals(chunks),
                                    "an inventory is read as it was written");
                        }
                        default -> {
                            DataNode.NodeHealth read = NodeWire.health(text);
                            Target.require(
                                    NodeWire.health(NodeWire.health(read)).equals(read),
                                    "health is read as it was written");
                        }
                    }
                });
    }

    private static Target identity() {
        StoreIdentity known = new StoreIdentity(NODE, Optional.of(new UUID(1, 2)), 4);
        return Target.ofText(
                "data-identity",
                Set.of(),
                List.of(known.encode(), new StoreIdentity(NODE, Optional.empty(), 1).encode()),
                text -> {
                    Optional<StoreIdentity> read = StoreIdentity.parse(text);
                    Target.require(
                            read.isEmpty() || read.get().encode().equals(text),
                            "an identity is written as it was read");
                });
    }

    private static Target blockCrcs() {
        return Target.ofText(
                "data-block-crcs",
                Set.of(IllegalArgumentException.class),
                List.of(new BlockCrcs(new int[] {1, 2, 3}).toBase64(), "", "AAAA", "AAAAAA=="),
                text -> {
                    BlockCrcs read = BlockCrcs.fromBase64(text);
                    Target.require(BlockCrcs.fromBase64(read.toBase64()).equals(read), "checksums are read as written");
                });
    }
}
