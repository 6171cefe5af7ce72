package flare.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What clients were told. Each key has one writer at a time; an operation counts as acknowledged once its whole 2xx
 * answer was read, otherwise its outcome is unknown: wholly old or wholly new, from then on until the next acknowledged
 * one.
 */
final class Ledger {

    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    /** @param body empty for a delete */
    void acknowledge(String key, Optional<Body> body) {
        entries.put(key, new Entry(body.orElse(null), List.of()));
        acknowledged.incrementAndGet();
    }

    void outcomeUnknown(String key, Optional<Body> body) {
        entries.merge(key, new Entry(null, List.of(body)), (old, more) -> old.plus(body));
        unknown.incrementAndGet();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    int unknown() {
        return unknown.get();
    }

    Iterable<String> keys() {
        return entries.keySet();
    }

    /** What is wrong with {@code found} as the content of the key, empty if nothing is. */
    Optional<String> judge(String key, Optional<byte[]> found) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return found.isPresent() ? Optional.of(key + " was never written") : Optional.empty();
        }
        if (entry.allows(found)) {
            return Optional.empty();
        }
        return Optional.of(key + ": found "
                + found.map(bytes -> bytes.length + " bytes").orElse("nothing") + ", expected " + entry);
    }

    private record Entry(@Nullable Body settled, List<Optional<Body>> unknown) {

        Entry plus(Optional<Body> body) {
            List<Optional<Body>> more = new ArrayList<>(unknown);
            more.add(body);
            return new Entry(settled, List.copyOf(more));
        }

        boolean allows(Optional<byte[]> found) {
            return matches(Optional.ofNullable(settled), found)
                    || unknown.stream().anyMatch(body -> matches(body, found));
        }

        private static boolean matches(Optional<Body> body, Optional<byte[]> found) {
            return body.isEmpty()
                    ? found.isEmpty()
                    : found.isPresent() && body.get().is(found.get());
        }
    }
}
