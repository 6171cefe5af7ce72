package flare.placement;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.PlacementSettings.Strategy;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.placement.RebalancePlan.Fill;
import flare.placement.RebalancePlan.Move;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RebalancePlanTest {

    private static final long SEED = 20_261_123;
    private static final int CHUNKS = 20_000;
    private static final int MIB = 1 << 20;

    private final Random random = new Random(SEED);

    @ParameterizedTest
    @EnumSource
    void aNodeThatComesIsFilledWithLittleMoreThanItsShare(Strategy strategy) {
        List<Candidate> before = nodes(5, 5);
        List<ChunkRecord> chunks = place(strategy, before, 3);
        List<Candidate> after = nodes(6, 6);

        Walked walked = walk(strategy, after, chunks);

        assertBalanced(after, walked.chunks);
        int least = 3 * CHUNKS / 6;
        assertThat(walked.moves).as("seed %d", SEED).isBetween(least * 9 / 10, least * 12 / 10);
    }

    @ParameterizedTest
    @EnumSource
    void aWeightThatChangesMovesTheDifference(Strategy strategy) {
        List<Candidate> before = nodes(6, 6);
        List<ChunkRecord> chunks = place(strategy, before, 1);
        List<Candidate> after = new ArrayList<>(before);
        after.set(0, new Candidate(new NodeId(1), "z0", 3, true));

        Walked walked = walk(strategy, after, chunks);

        assertBalanced(after, walked.chunks);
        int least = CHUNKS * 3 / 8 - CHUNKS / 6;
        assertThat(walked.moves).as("seed %d", SEED).isBetween(least * 8 / 10, least * 12 / 10);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsMovedWhereAllIsWell(Strategy strategy) {
        List<Candidate> nodes = nodes(6, 3);
        assertThat(walk(strategy, nodes, place(strategy, nodes, 2)).moves).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whateverTheStartItEndsWithoutAMoveThatMakesAnythingWorse(Strategy strategy) {
        for (int round = 0; round < 200; round++) {
            int copies = 1 + random.nextInt(3);
            List<Candidate> nodes = new ArrayList<>();
            for (Candidate node : nodes(copies + random.nextInt(6), 1 + random.nextInt(4))) {
                nodes.add(new Candidate(node.node(), node.zone(), 1 + random.nextInt(4), random.nextInt(5) > 0));
            }
            List<ChunkRecord> chunks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                List<NodeId> on =
                        new ArrayList<>(nodes.stream().map(Candidate::node).toList());
                java.util.Collections.shuffle(on, random);
                chunks.add(new ChunkRecord(chunk(i), 1 + random.nextInt(MIB), 0, on.subList(0, copies)));
            }

            Walked walked = walk(strategy, nodes, chunks);

            for (ChunkRecord chunk : walked.chunks) {
                assertThat(new HashSet<>(chunk.nodes()))
                        .as("seed %d round %d", SEED, round)
                        .hasSize(copies);
            }
            boolean allUsable = nodes.stream().allMatch(Candidate::usable);
            if (strategy == Strategy.CONSISTENT_HASH && allUsable) {
                PlacementMap map = new PlacementMap(nodes);
                assertThat(walked.chunks)
                        .allSatisfy(chunk -> assertThat(chunk.nodes())
                                .containsExactlyInAnyOrderElementsOf(
                                        Rendezvous.replicas(chunk.id(), Wanted.of(copies, Set.of()), map)));
            }
        }
    }

    @Test
    void levellingKeepsCopiesInDistinctZones() {
        // One node alone in its zone has a copy of everything; the other zone's nodes share the rest.
        List<Candidate> nodes = List.of(
                new Candidate(new NodeId(1), "a", 1, true),
                new Candidate(new NodeId(2), "b", 1, true),
                new Candidate(new NodeId(3), "b", 1, true));
        List<ChunkRecord> chunks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            chunks.add(new ChunkRecord(chunk(i), MIB, 0, List.of(new NodeId(1), new NodeId(2))));
        }

        Walked walked = walk(Strategy.ROUND_ROBIN, nodes, chunks);

        assertThat(walked.chunks).allSatisfy(chunk -> assertThat(chunk.nodes()).contains(new NodeId(1)));
        assertThat(bytes(nodes, walked.chunks).get(new NodeId(3))).isBetween(140L * MIB, 160L * MIB);
    }

    @Test
    void takesNothingToANodeThatIsNotUsableNorFromOneThatLeaves() {
        List<Candidate> nodes =
                List.of(new Candidate(new NodeId(1), "a", 1, true), new Candidate(new NodeId(2), "b", 1, false));
        for (Strategy strategy : Strategy.values()) {
            RebalancePlan plan = plan(strategy, nodes, List.of());
            for (int i = 0; i < 100; i++) {
                assertThat(plan.move(new ChunkRecord(chunk(i), MIB, 0, List.of(new NodeId(1)))))
                        .isEmpty();
                assertThat(plan.move(new ChunkRecord(chunk(i), MIB, 0, List.of(new NodeId(9)))))
                        .isEmpty();
            }
        }
    }

    private record Walked(List<ChunkRecord> chunks, int moves) {}

    /** As the worker does: page by page, until a walk finds nothing. */
    private static Walked walk(Strategy strategy, List<Candidate> nodes, List<ChunkRecord> start) {
        List<ChunkRecord> chunks = new ArrayList<>(start);
        int moves = 0;
        for (int walks = 0; walks < 50; walks++) {
            int before = moves;
            RebalancePlan plan = plan(strategy, nodes, chunks);
            for (int i = 0; i < chunks.size(); i++) {
                Optional<Move> move = plan.move(chunks.get(i));
                if (move.isPresent()) {
                    chunks.set(i, moved(move.get()));
                    moves++;
                }
            }
            if (moves == before) {
                return new Walked(chunks, moves);
            }
        }
        throw new AssertionError("no end after " + moves + " moves, seed " + SEED);
    }

    private static ChunkRecord moved(Move move) {
        ChunkRecord chunk = move.chunk();
        assertThat(chunk.nodes()).contains(move.from()).doesNotContain(move.to());
        List<NodeId> on = new ArrayList<>(chunk.nodes());
        on.remove(move.from());
        on.add(move.to());
        return new ChunkRecord(chunk.id(), chunk.length(), chunk.crc32c(), on);
    }

    private static void assertBalanced(List<Candidate> nodes, List<ChunkRecord> chunks) {
        Map<NodeId, Long> bytes = bytes(nodes, chunks);
        double total = bytes.values().stream().mapToLong(Long::longValue).sum();
        double weights = nodes.stream().mapToDouble(Candidate::weight).sum();
        for (Candidate node : nodes) {
            assertThat(bytes.getOrDefault(node.node(), 0L) / (total * node.weight() / weights))
                    .as("node %s of its share, seed %d", node.node(), SEED)
                    .isBetween(0.9, 1.1);
        }
    }

    private static RebalancePlan plan(Strategy strategy, List<Candidate> nodes, List<ChunkRecord> chunks) {
        Map<NodeId, Long> bytes = bytes(nodes, chunks);
        return new RebalancePlan(
                strategy,
                nodes.stream()
                        .map(node -> new Fill(node, bytes.getOrDefault(node.node(), 0L)))
                        .toList());
    }

    private static Map<NodeId, Long> bytes(List<Candidate> nodes, List<ChunkRecord> chunks) {
        Map<NodeId, Long> bytes = new HashMap<>();
        nodes.forEach(node -> bytes.put(node.node(), 0L));
        chunks.forEach(chunk -> chunk.nodes().forEach(node -> bytes.merge(node, chunk.length(), Long::sum)));
        return bytes;
    }

    private static List<ChunkRecord> place(Strategy strategy, List<Candidate> nodes, int copies) {
        PlacementMap map = new PlacementMap(nodes);
        List<ChunkRecord> chunks = new ArrayList<>();
        for (int i = 0; i < CHUNKS; i++) {
            List<NodeId> on = strategy == Strategy.ROUND_ROBIN
                    ? RoundRobin.replicas(i, Wanted.of(copies, Set.of()), map)
                    : Rendezvous.replicas(chunk(i), Wanted.of(copies, Set.of()), map);
            chunks.add(new ChunkRecord(chunk(i), MIB, 0, on));
        }
        return chunks;
    }

    private static ChunkId chunk(int number) {
        return new ChunkId(new BlobId(7, number / 50), number % 50);
    }

    private static List<Candidate> nodes(int count, int zones) {
        List<Candidate> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new Candidate(new NodeId(i + 1), "z" + i % zones, 1, true));
        }
        return nodes;
    }
}
