package flare.harness;

import static flare.harness.RegisterOperation.Kind.DELETE;
import static flare.harness.RegisterOperation.Kind.GET;
import static flare.harness.RegisterOperation.Kind.PUT;
import static flare.harness.RegisterOperation.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegisterCheckerTest {

    @Test
    void acceptsAnEmptyHistoryAndSequentialOnes() {
        assertThat(check()).isTrue();
        assertThat(check(put(1, 0, 1), get(1, 2, 3), delete(4, 5), get(0, 6, 7)))
                .isTrue();
    }

    @Test
    void refusesAReadOfAnOverwrittenValue() {
        assertThat(check(put(1, 0, 1), put(2, 2, 3), get(1, 4, 5))).isFalse();
    }

    @Test
    void refusesALostAcknowledgedWrite() {
        assertThat(check(put(1, 0, 1), get(0, 2, 3))).isFalse();
    }

    @Test
    void refusesAResurrectedValue() {
        assertThat(check(put(1, 0, 1), delete(2, 3), get(1, 4, 5))).isFalse();
    }

    @Test
    void acceptsEitherOrderOfOverlappingWritesButNotBoth() {
        assertThat(check(put(1, 0, 10), put(2, 0, 10), get(1, 11, 12), get(1, 13, 14)))
                .isTrue();
        assertThat(check(put(1, 0, 10), put(2, 0, 10), get(2, 11, 12))).isTrue();
        assertThat(check(put(1, 0, 10), put(2, 0, 10), get(1, 11, 12), get(2, 13, 14)))
                .isFalse();
    }

    @Test
    void letsAWriteOfUnknownOutcomeHappenLateOrNever() {
        assertThat(check(put(1, 0, 1), put(2, 2, NEVER), get(1, 5, 6), get(2, 7, 8)))
                .isTrue();
        assertThat(check(put(1, 0, 1), put(2, 2, NEVER), get(1, 5, 6), get(1, 7, 8)))
                .isTrue();
        assertThat(check(put(1, 0, 1), put(2, 2, NEVER), get(2, 5, 6), get(1, 7, 8)))
                .isFalse();
    }

    @Test
    void refusesAReadFromTheFuture() {
        assertThat(check(get(1, 0, 1), put(1, 2, 3))).isFalse();
    }

    /** Against the dumb twin that tries every order of up to six operations. */
    @Test
    void agreesWithTryingEveryOrder() {
        int refused = 0;
        for (long seed = 0; seed < 3_000; seed++) {
            List<RegisterOperation> history = randomHistory(new Random(seed));
            boolean expected = someOrderFits(history, new ArrayList<>(), 0);
            assertThat(RegisterChecker.isLinearizable(history))
                    .as("seed %d: %s", seed, history)
                    .isEqualTo(expected);
            refused += expected ? 0 : 1;
        }
        assertThat(refused).isBetween(300, 2_700);
    }

    private static List<RegisterOperation> randomHistory(Random random) {
        List<RegisterOperation> history = new ArrayList<>();
        int size = 2 + random.nextInt(5);
        for (int i = 0; i < size; i++) {
            long invoked = random.nextInt(12);
            long returned = random.nextInt(5) == 0 ? NEVER : invoked + 1 + random.nextInt(8);
            switch (random.nextInt(5)) {
                case 0 -> history.add(delete(invoked, returned));
                case 1, 2 -> history.add(put(i + 1, invoked, returned));
                default -> history.add(get(random.nextInt(size + 1), invoked, Math.min(returned, 100)));
            }
        }
        return history;
    }

    private static boolean someOrderFits(List<RegisterOperation> left, List<RegisterOperation> order, long register) {
        if (left.stream().noneMatch(RegisterOperation::isOutcomeKnown)) {
            return true;
        }
        for (RegisterOperation first : left) {
            boolean someoneFinishedBefore = left.stream().anyMatch(other -> other.returned() < first.invoked());
            boolean readsSomethingElse = first.kind() == GET && first.value() != register;
            if (someoneFinishedBefore || readsSomethingElse) {
                continue;
            }
            List<RegisterOperation> rest = new ArrayList<>(left);
            rest.remove(first);
            List<RegisterOperation> longer = new ArrayList<>(order);
            longer.add(first);
            long after = first.kind() == GET ? register : first.kind() == DELETE ? 0 : first.value();
            if (someOrderFits(rest, longer, after)) {
                return true;
            }
        }
        return false;
    }

    private static boolean check(RegisterOperation... history) {
        return RegisterChecker.isLinearizable(List.of(history));
    }

    private static RegisterOperation put(long value, long invoked, long returned) {
        return new RegisterOperation(PUT, value, invoked, returned);
    }

    private static RegisterOperation get(long value, long invoked, long returned) {
        return new RegisterOperation(GET, value, invoked, returned);
    }

    private static RegisterOperation delete(long invoked, long returned) {
        return new RegisterOperation(DELETE, 0, invoked, returned);
    }
}
