package flare.placement;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RendezvousTest {

    private static final long SEED = 20_240_817;

    @Test
    void anUnchangedMapGivesTheSameNodesInWhateverOrderTheyAreListed() {
        Random random = new Random(SEED);
        for (int round = 0; round < 1_000; round++) {
            List<Candidate> candidates = nodes(random, 1 + random.nextInt(12), 1 + random.nextInt(4));
            List<Candidate> reversed = new ArrayList<>(candidates);
            java.util.Collections.reverse(reversed);
            ChunkId chunk = chunk(random);
            assertThat(place(chunk, 3, candidates)).as("seed %d", SEED).isEqualTo(place(chunk, 3, reversed));
        }
    }

    @Test
    void agreesWithANaiveTwinThatSortsAllScores() {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            List<Candidate> candidates = nodes(random, random.nextInt(12), 1 + random.nextInt(4));
            Set<NodeId> excluded = new HashSet<>();
            candidates.stream()
                    .filter(c -> random.nextInt(4) == 0)
                    .map(Candidate::node)
                    .forEach(excluded::add);
            ChunkId chunk = chunk(random);
            int copies = 1 + random.nextInt(5);
            assertThat(Rendezvous.replicas(chunk, Wanted.of(copies, excluded), new PlacementMap(candidates)))
                    .as("seed %d round %d", SEED, round)
                    .isEqualTo(twin(chunk, copies, excluded, candidates));
        }
    }

    @Test
    void aNodeThatComesOrGoesMovesOnlyItsOwnCopies() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            List<Candidate> fewer = nodes(random, 3 + random.nextInt(8), 1);
            List<Candidate> more = new ArrayList<>(fewer);
            NodeId added = new NodeId(100);
            more.add(new Candidate(added, "z0", 1 + random.nextInt(3), true));
            ChunkId chunk = chunk(random);
            Set<NodeId> before = new HashSet<>(place(chunk, 3, fewer));
            Set<NodeId> after = new HashSet<>(place(chunk, 3, more));
            if (after.remove(added)) {
                assertThat(before).as("seed %d", SEED).containsAll(after);
                assertThat(after).hasSize(2);
            } else {
                assertThat(after).as("seed %d", SEED).isEqualTo(before);
            }
        }
    }

    @Test
    void aNodeTakesChunksInProportionToItsWeight() {
        List<Candidate> candidates = List.of(
                new Candidate(new NodeId(1), "a", 1, true),
                new Candidate(new NodeId(2), "b", 2, true),
                new Candidate(new NodeId(3), "c", 5, true));
        Random random = new Random(SEED);
        int chunks = 40_000;
        Map<NodeId, Integer> taken = new HashMap<>();
        for (int i = 0; i < chunks; i++) {
            taken.merge(place(chunk(random), 1, candidates).get(0), 1, Integer::sum);
        }
        candidates.forEach(candidate -> assertThat((double) taken.getOrDefault(candidate.node(), 0) / chunks)
                .isBetween(candidate.weight() / 8 - 0.01, candidate.weight() / 8 + 0.01));
    }

    @Test
    void equalNodesShareTheMovedChunksOfANodeThatGoes() {
        List<Candidate> all = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            all.add(new Candidate(new NodeId(i), "z", 1, true));
        }
        Random random = new Random(SEED);
        Map<NodeId, Integer> inherited = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            ChunkId chunk = chunk(random);
            if (place(chunk, 1, all).get(0).value() == 5) {
                inherited.merge(place(chunk, 1, all.subList(0, 4)).get(0), 1, Integer::sum);
            }
        }
        int total = inherited.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(inherited.values())
                .hasSize(4)
                .allSatisfy(n -> assertThat((double) n / total).isBetween(0.21, 0.29));
    }

    private static List<NodeId> place(ChunkId chunk, int copies, List<Candidate> candidates) {
        return Rendezvous.replicas(chunk, Wanted.of(copies, Set.of()), new PlacementMap(candidates));
    }

    /** All usable nodes by falling score; per copy, the first one in a zone with the fewest copies. */
    private static List<NodeId> twin(ChunkId chunk, int copies, Set<NodeId> excluded, List<Candidate> candidates) {
        Map<String, Integer> perZone = new HashMap<>();
        candidates.stream()
                .filter(c -> excluded.contains(c.node()))
                .forEach(c -> perZone.merge(c.zone(), 1, Integer::sum));
        List<Candidate> left = new ArrayList<>(candidates.stream()
                .filter(c -> c.usable() && !excluded.contains(c.node()))
                .sorted(Comparator.comparingDouble(c -> -Rendezvous.score(chunk, c)))
                .toList());
        List<NodeId> chosen = new ArrayList<>();
        while (chosen.size() < copies && !left.isEmpty()) {
            int fewest = left.stream()
                    .mapToInt(c -> perZone.getOrDefault(c.zone(), 0))
                    .min()
                    .orElseThrow();
            Candidate next = left.stream()
                    .filter(c -> perZone.getOrDefault(c.zone(), 0) == fewest)
                    .findFirst()
                    .orElseThrow();
            left.remove(next);
            perZone.merge(next.zone(), 1, Integer::sum);
            chosen.add(next.node());
        }
        return chosen;
    }

    private static List<Candidate> nodes(Random random, int count, int zones) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            candidates.add(new Candidate(
                    new NodeId(i),
                    "z" + random.nextInt(zones),
                    1 + random.nextInt(4),
                    zones == 1 || random.nextInt(5) > 0));
        }
        return candidates;
    }

    private static ChunkId chunk(Random random) {
        return new ChunkId(new BlobId(random.nextInt(1_000), random.nextInt(100_000)), random.nextInt(50));
    }
}
