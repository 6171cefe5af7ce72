package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MeteredMetadataTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Answering answering = new Answering();
    private long now;
    private final Metadata metadata = new MeteredMetadata(answering, registry, () -> now);

    /** Metadata that answers when the test says so. */
    private static final class Answering implements Metadata {

        private final CompletableFuture<Object> answer = new CompletableFuture<>();

        @Override
        @SuppressWarnings("unchecked") // the test asks for nothing but Object
        public <R> CompletionStage<R> submit(Command<R> command) {
            return (CompletionStage<R>) answer;
        }

        @Override
        @SuppressWarnings("unchecked") // the test asks for nothing but Object
        public <R> CompletionStage<R> read(Query<R> query) {
            return (CompletionStage<R>) answer;
        }

        @Override
        public Session session() {
            throw new UnsupportedOperationException();
        }

        @Override
        public RaftStatus status() {
            return new RaftStatus("a", Optional.empty(), 0, OptionalLong.empty(), 0, 0, false, 0);
        }
    }

    @Test
    void countsACommandUntilItsOutcomeIsKnownAndTimesIt() {
        metadata.submit(new Command.CreateBucket(new BucketName("object")));

        assertThat(pending("flare.metadata.commands.pending")).isEqualTo(1);
        now = 3_000_000;
        answering.answer.completeExceptionally(new FlareException(Fault.UNAVAILABLE, "no leader"));

        assertThat(pending("flare.metadata.commands.pending")).isZero();
        assertThat(registry.get("flare.metadata.commit").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(3);
    }

    @Test
    void countsAQueryUntilItIsAnsweredAndTimesIt() {
        metadata.read(new Query.GetCluster());

        assertThat(pending("flare.metadata.queries.pending")).isEqualTo(1);
        now = 2_000_000;
        answering.answer.complete(Optional.empty());

        assertThat(pending("flare.metadata.queries.pending")).isZero();
        assertThat(registry.get("flare.metadata.read").timer().count()).isEqualTo(1);
    }

    private double pending(String name) {
        return registry.get(name).gauge().value();
    }
}
