package flare.data;

import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The chunks on the disk, page by page, in id order. The order is not that of the directories, so a look at all names
 * finds the next {@code window} ids, held in memory, and serves the pages in them: an inventory of n chunks reads each
 * name n / window times, whatever the page size. Ids that came or went since the look may be told wrong, as they might
 * be in any inventory by the time it is read.
 */
final class Inventory {

    private final Disk disk;
    private final StoreLayout layout;
    private final int window;
    private final LongConsumer setAside;
    private @Nullable Window current;

    /**
     * @param window ids to hold in memory
     * @param setAside told at each look how many files are set aside
     */
    Inventory(Disk disk, StoreLayout layout, int window, LongConsumer setAside) {
        this.disk = disk;
        this.layout = layout;
        this.window = window;
        this.setAside = setAside;
    }

    /** Counts what is set aside and nothing else, for who can't wait for the first page; ends early on {@code stop}. */
    void countSetAside(BooleanSupplier stop) throws IOException {
        long[] count = new long[1];
        for (Path directory : layout.fanOut()) {
            if (stop.getAsBoolean()) {
                return;
            }
            disk.list(directory, name -> count[0] += StoreLayout.isSetAside(name) ? 1 : 0);
        }
        setAside.accept(count[0]);
    }

    /** Up to {@code limit} ids behind {@code after}; fewer only at the end. Begins anew when there is no {@code after}. */
    synchronized List<ChunkId> page(Optional<ChunkId> after, int limit) throws IOException {
        List<ChunkId> page = new ArrayList<>();
        Optional<ChunkId> last = after;
        if (last.isEmpty()) {
            current = null;
        }
        while (page.size() < limit) {
            Window here = current;
            if (here == null || !here.covers(last)) {
                here = look(last);
                current = here;
            }
            List<ChunkId> part = here.behind(last, limit - page.size());
            page.addAll(part);
            if (part.isEmpty() && here.isLast) {
                break;
            }
            if (!part.isEmpty()) {
                last = Optional.of(part.get(part.size() - 1));
            }
        }
        if (page.size() < limit) {
            current = null;
        }
        return page;
    }

    long count() throws IOException {
        LongAdder count = new LongAdder();
        for (Path directory : layout.fanOut()) {
            disk.list(directory, name -> StoreLayout.parse(name).ifPresent(id -> count.increment()));
        }
        return count.sum();
    }

    private Window look(Optional<ChunkId> after) throws IOException {
        PriorityQueue<ChunkId> smallest = new PriorityQueue<>(Comparator.reverseOrder());
        long[] count = new long[1];
        for (Path directory : layout.fanOut()) {
            disk.list(directory, name -> {
                count[0] += StoreLayout.isSetAside(name) ? 1 : 0;
                StoreLayout.parse(name)
                        .filter(id -> after.isEmpty() || id.compareTo(after.get()) > 0)
                        .ifPresent(id -> keepSmallest(smallest, id));
            });
        }
        setAside.accept(count[0]);
        boolean isLast = smallest.size() < window;
        return new Window(after, smallest.stream().sorted().toList(), isLast);
    }

    private void keepSmallest(PriorityQueue<ChunkId> smallest, ChunkId id) {
        if (smallest.size() < window) {
            smallest.add(id);
        } else if (id.compareTo(smallest.element()) < 0) {
            smallest.remove();
            smallest.add(id);
        }
    }

    /** All ids there were behind {@code after}, up to the last one here; beyond it too if {@code isLast}. */
    private record Window(Optional<ChunkId> after, List<ChunkId> ids, boolean isLast) {

        boolean covers(Optional<ChunkId> id) {
            if (after.isPresent() && (id.isEmpty() || id.get().compareTo(after.get()) < 0)) {
                return false;
            }
            return isLast || id.isEmpty() || id.get().compareTo(ids.get(ids.size() - 1)) < 0;
        }

        List<ChunkId> behind(Optional<ChunkId> id, int limit) {
            int from = id.map(this::firstBehind).orElse(0);
            return ids.subList(from, Math.min(ids.size(), from + limit));
        }

        private int firstBehind(ChunkId id) {
            int found = Collections.binarySearch(ids, id);
            return found >= 0 ? found + 1 : -found - 1;
        }
    }
}
