package flare.object;

import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.model.NodeId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reads past a copy that is slow: long before it counts as stalled (400 ms here), and not more often than is granted. */
class HedgedReadTest {

    private static final byte[] BYTES = randomBytes(1, CHUNK_BYTES);
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("hedged-reads");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static double hedges(ObjectFixture flare, String outcome) {
        return flare.meters.counter("flare.read.hedges", "outcome", outcome).count();
    }

    private static double stalls(ObjectFixture flare) {
        return flare.meters
                .counter("flare.read.failovers", "reason", "UNREACHABLE")
                .count();
    }

    private static void assertNothingHeld(ObjectFixture flare) {
        await().untilAsserted(() -> {
            assertThat(flare.metadata.openPins.get()).as("pins").isZero();
            assertThat(flare.nodes)
                    .allSatisfy(
                            node -> assertThat(node.readsOpen.get()).as("reads").isZero());
        });
    }

    @Test
    void aCopyThatIsSlowToOpenIsPassedAndItsNodeIsAskedLastFromThenOn() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            flare.node(1).neverOpens = true;
            for (int i = 0; i < 60; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertThat(flare.readPace.lags(new NodeId(1))).isTrue();
            assertThat(hedges(flare, "asked")).isBetween(4.0, 15.0);
            flare.node(1).neverOpens = false;
            assertNothingHeld(flare);
        }
    }

    @Test
    void aCopyThatStopsInTheMiddleIsGivenUpForOneThatOpensBesideIt() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.put(BYTES);
            flare.node(1).stallReadAt = 100_000;
            for (int i = 0; i < 8; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertThat(hedges(flare, "asked")).isPositive();
            assertThat(stalls(flare)).isZero();
            assertNothingHeld(flare);
        }
    }

    @Test
    void aCopyOpenedBesideOneThatGoesOnIsGivenBack() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.put(BYTES);
            flare.node(1).openPause = Duration.ofMillis(120);
            flare.node(2).openPause = Duration.ofMillis(120);
            for (int i = 0; i < 4; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertThat(hedges(flare, "asked")).isPositive();
            assertNothingHeld(flare);
        }
    }

    @Test
    void noMoreAreAskedThanAreGranted() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.put(BYTES);
            flare.node(1).openPause = Duration.ofMillis(70);
            flare.node(2).openPause = Duration.ofMillis(70);
            for (int i = 0; i < 30; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertThat(hedges(flare, "asked")).isBetween(1.0, 10.0 + 3.0);
            assertNothingHeld(flare);
        }
    }

    @Test
    void damageInTheFasterCopyIsPassedToo() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            flare.node(1).stallReadAt = 100_000;
            flare.node(2).copies.keySet().forEach(chunk -> flare.node(2).flip(chunk, 5));
            for (int i = 0; i < 8; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertNothingHeld(flare);
        }
    }

    @Test
    void aNodeThatAcknowledgesLongAfterItsSiblingsLagsInWrites() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            for (int i = 0; i < 4; i++) {
                CompletableFuture<Void> durable = new CompletableFuture<>();
                durable.completeOnTimeout(null, 160, TimeUnit.MILLISECONDS);
                flare.node(2).durable = durable;
                flare.put(BYTES);
            }
            assertThat(flare.writePace.lags(new NodeId(2))).isTrue();
            assertThat(flare.writePace.lags(new NodeId(1))).isFalse();
            assertThat(flare.writePace.lags(new NodeId(3))).isFalse();
        }
    }
}
