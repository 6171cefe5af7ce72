package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A log whose answers the test gives. */
final class ScriptedLog implements CommandLog {

    record Proposal(List<Envelope> commands, CompletableFuture<Committed> answer) {

        List<Long> sequences() {
            return commands.stream().map(Envelope::sequence).toList();
        }

        void commit(Outcome... outcomes) {
            answer.complete(new Committed(1, List.of(outcomes)));
        }

        void commitAll() {
            answer.complete(new Committed(
                    1,
                    commands.stream()
                            .map(command -> (Outcome) new Outcome.Accepted(new Command.Done()))
                            .toList()));
        }

        void loseAnswer() {
            answer.completeExceptionally(Unavailable.because("the leader is gone"));
        }
    }

    private final LinkedBlockingQueue<Proposal> proposals = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<CompletableFuture<Void>> confirmations = new LinkedBlockingQueue<>();

    Proposal next() {
        return taken(proposals);
    }

    CompletableFuture<Void> nextConfirmation() {
        return taken(confirmations);
    }

    void expectNothing() throws InterruptedException {
        assertThat(proposals.poll(50, TimeUnit.MILLISECONDS)).isNull();
        assertThat(confirmations).isEmpty();
    }

    @Override
    public CompletionStage<Committed> propose(List<Envelope> commands) {
        Proposal proposal = new Proposal(List.copyOf(commands), new CompletableFuture<>());
        proposals.add(proposal);
        return proposal.answer;
    }

    @Override
    public CompletionStage<Void> confirm() {
        CompletableFuture<Void> confirmation = new CompletableFuture<>();
        confirmations.add(confirmation);
        return confirmation;
    }

    @Override
    public boolean confirmed() {
        return false;
    }

    private static <T> T taken(LinkedBlockingQueue<T> queue) {
        try {
            T element = queue.poll(10, TimeUnit.SECONDS);
            if (element == null) {
                throw new AssertionError("nothing came within 10 s");
            }
            return element;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
