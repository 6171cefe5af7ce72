package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flare.harness.LoopImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ratis.util.ExitUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A peer loses its power as soon as it has granted a vote (reliability catalogue A12): back again, it must not grant another
 * one in that term, or two peers could lead in it. What it answered over the wire is compared with what its disk has kept.
 * Needs root and loop devices.
 */
@Tag("full")
class LostVotesTest {

    private static final int CYCLES = Integer.getInteger("storm.votes", 200);
    private static final int CONTROL_CYCLES = 5;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> PEERS = List.of("a", "b", "c");
    private static final String VOTER = "a";
    private static final List<String> CANDIDATES = List.of("b", "c");

    @TempDir
    Path directory;

    private record Vote(long term, String candidate) {}

    /** Votes that the disk had not kept, and terms in which both candidates got the peer's vote. */
    private record Found(int votes, int forgotten, int twice) {}

    /** On ext4 the peer itself sees to it that renames are kept; xfs is to be mounted so. */
    @ParameterizedTest
    @CsvSource({"ext4, defaults", "xfs, wsync"})
    void votesOnceInATerm(String fileSystem, String mountOption) throws IOException {
        Found found = voteAndLosePower(fileSystem, mountOption, CYCLES / 2, true);
        assertThat(found).isEqualTo(new Found(CYCLES / 2, 0, 0));
    }

    /** The test sees what it looks for. */
    @ParameterizedTest
    @CsvSource({"ext4, defaults", "xfs, defaults"})
    void votesTwiceWhereRenamesAreNotKept(String fileSystem, String mountOption) throws IOException {
        Found found = voteAndLosePower(fileSystem, mountOption, CONTROL_CYCLES, false);
        assertThat(found.forgotten).isPositive();
        assertThat(found.twice).isEqualTo(found.forgotten);
    }

    private Found voteAndLosePower(String fileSystem, String mountOption, int cycles, boolean renamesKept)
            throws IOException {
        // What Ratis would end the process for, since its disk is gone.
        ExitUtils.disableSystemExit();
        int forgotten = 0;
        int twice = 0;
        try (LoopImage image = mount(fileSystem, mountOption);
                RaftCluster cluster = new RaftCluster(directory, PEERS.size())) {
            cluster.startAll(PEERS);
            await().atMost(LIMIT).until(() -> cluster.leader().isPresent());
            cluster.stopAll();
            mountAgain(image);
            Path raft = image.mountPoint().resolve("raft");
            UUID group = group(raft);
            Vote last = kept(raft, group);
            for (int cycle = 0; cycle <= cycles; cycle++) {
                RatisNode voter = start(cluster);
                try (VoteRequests requests =
                        new VoteRequests(VOTER, voter.address().getPort(), group)) {
                    requests.awaitVoter();
                    if (cycle > 0) {
                        boolean both = requests.isGranted(other(last.candidate), last.term);
                        twice += both ? 1 : 0;
                        assertThat(requests.isGranted(last.candidate, last.term))
                                .as("asked again in term %d by the candidate that has its vote", last.term)
                                .isEqualTo(!both);
                    }
                    if (cycle == cycles) {
                        break;
                    }
                    if (!renamesKept) {
                        LoopImage.run("chattr", "-f", "-R", "-D", raft.toString());
                    }
                    last = new Vote(last.term + 1, CANDIDATES.get(cycle % 2));
                    assertThat(requests.isGranted(last.candidate, last.term)).isTrue();
                    image.cutPower();
                } finally {
                    voter.close();
                }
                mountAgain(image);
                forgotten += kept(raft, group).equals(last) ? 0 : 1;
            }
        }
        System.out.printf(
                "A12 lost votes: %s mounted with %s, directories %s: power lost after %d votes, %d not on the disk, %d terms with"
                        + " two%n",
                fileSystem, mountOption, renamesKept ? "as the peer has them" : "without D", cycles, forgotten, twice);
        return new Found(cycles, forgotten, twice);
    }

    private LoopImage mount(String fileSystem, String mountOption) {
        try {
            return LoopImage.create(directory, VOTER, fileSystem, mountOption);
        } catch (IOException e) {
            System.out.println("A12 lost votes: SKIPPED, this host gives no loop images: " + e.getMessage());
            assumeTrue(false, "this host gives no loop images: " + e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    /** The peer's last files are closed by threads of its own, and what it mapped of them when the collector comes by. */
    private static void mountAgain(LoopImage image) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .untilAsserted(() -> {
                    System.gc();
                    image.mountAgain();
                });
    }

    /** On the image, which is mounted where the cluster has the peer's directory. */
    private static RatisNode start(RaftCluster cluster) throws IOException {
        return RatisNode.start(
                cluster.settings(VOTER),
                cluster.directory(VOTER),
                "127.0.0.1",
                new RatisNode.Replicated(
                        path -> {
                            LedgerState state = LedgerState.open(path);
                            state.forget();
                            return state;
                        },
                        new LedgerCodec(),
                        Clock.systemUTC()),
                // That its disk is gone.
                failure -> {});
    }

    private static String other(String candidate) {
        return CANDIDATES.get(1 - CANDIDATES.indexOf(candidate));
    }

    private static UUID group(Path raft) throws IOException {
        try (Stream<Path> groups = Files.list(raft)) {
            return UUID.fromString(groups.toList().get(0).getFileName().toString());
        }
    }

    /** As Ratis will read it. */
    private static Vote kept(Path raft, UUID group) throws IOException {
        Path file = raft.resolve(group.toString()).resolve("current").resolve("raft-meta");
        Properties kept = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            kept.load(in);
        } catch (NoSuchFileException e) {
            return new Vote(0, "");
        }
        return new Vote(Long.parseLong(kept.getProperty("term", "0")), kept.getProperty("votedFor", ""));
    }
}
