package flare.harness;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a history of one register is linearizable: Wing and Gong's search with Lowe's memory of visited configurations
 * (G. Lowe, "Testing for linearizability", 2016). An operation of unknown outcome may take effect at any time after its
 * invocation, or never.
 *
 * <p>Histories of several keys are checked key by key, which is sound: linearizability is local (Herlihy and Wing, 1990).
 */
final class RegisterChecker {

    private final Event head = new Event(null, false);
    private final BitSet linearized = new BitSet();
    private final Set<Configuration> visited = new HashSet<>();
    private final Deque<Step> taken = new ArrayDeque<>();
    private long register = RegisterOperation.ABSENT;
    private int answersLeft;

    private RegisterChecker(List<RegisterOperation> history) {
        List<Event> events = new ArrayList<>();
        int id = 0;
        for (RegisterOperation operation : history) {
            Event call = new Event(operation, true);
            Event answer = new Event(operation, false);
            call.id = id++;
            call.answer = answer;
            events.add(call);
            events.add(answer);
            if (operation.isOutcomeKnown()) {
                answersLeft++;
            }
        }
        // At equal times calls come first: the operations then overlap, which is the weaker claim.
        events.sort(Comparator.comparingLong(Event::time).thenComparing(event -> event.isCall ? 0 : 1));
        Event last = head;
        for (Event event : events) {
            last.next = event;
            event.previous = last;
            last = event;
        }
    }

    static boolean isLinearizable(List<RegisterOperation> history) {
        return new RegisterChecker(history).search();
    }

    private boolean search() {
        Event event = head.next;
        while (answersLeft > 0 && event != null) {
            if (event.isCall) {
                event = tryToLinearize(event) ? head.next : event.next;
            } else {
                // An operation returned that no order found so far accounts for: go back one step and try the next one.
                if (taken.isEmpty()) {
                    return false;
                }
                event = undo();
            }
        }
        return answersLeft == 0;
    }

    private boolean tryToLinearize(Event call) {
        RegisterOperation operation = call.operation();
        if (operation.kind() == RegisterOperation.Kind.GET && operation.value() != register) {
            return false;
        }
        long after = operation.kind() == RegisterOperation.Kind.GET ? register : written(operation);
        BitSet with = (BitSet) linearized.clone();
        with.set(call.id);
        if (!visited.add(new Configuration(with, after))) {
            return false;
        }
        taken.push(new Step(call, register));
        linearized.set(call.id);
        register = after;
        call.lift();
        if (operation.isOutcomeKnown()) {
            answersLeft--;
        }
        return true;
    }

    private @Nullable Event undo() {
        Step step = taken.pop();
        register = step.registerBefore;
        linearized.clear(step.call.id);
        step.call.unlift();
        if (step.call.operation().isOutcomeKnown()) {
            answersLeft++;
        }
        return step.call.next;
    }

    private static long written(RegisterOperation operation) {
        return operation.kind() == RegisterOperation.Kind.DELETE ? RegisterOperation.ABSENT : operation.value();
    }

    private record Configuration(BitSet linearized, long register) {}

    private record Step(Event call, long registerBefore) {}

    /** A call or an answer in a doubly linked list from which linearized operations are lifted out. */
    private static final class Event {

        private final @Nullable RegisterOperation operation;
        private final boolean isCall;
        private int id;
        private @Nullable Event answer;
        private @Nullable Event previous;
        private @Nullable Event next;

        Event(@Nullable RegisterOperation operation, boolean isCall) {
            this.operation = operation;
            this.isCall = isCall;
        }

        RegisterOperation operation() {
            if (operation == null) {
                throw new IllegalStateException("the head of the list is no operation");
            }
            return operation;
        }

        long time() {
            return isCall ? operation().invoked() : operation().returned();
        }

        void lift() {
            unlink();
            if (answer != null) {
                answer.unlink();
            }
        }

        void unlift() {
            if (answer != null) {
                answer.relink();
            }
            relink();
        }

        private void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        private void relink() {
            if (next != null) {
                next.previous = this;
            }
            if (previous != null) {
                previous.next = this;
            }
        }
    }
}
