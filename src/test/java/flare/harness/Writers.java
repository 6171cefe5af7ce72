package flare.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Clients that put, overwrite and delete until told to stop, each on keys of its own, and enter what they were told into
 * a ledger.
 */
final class Writers implements AutoCloseable {

    private static final int KEYS_EACH = 40;
    private static final int DELETE_ONE_IN = 8;
    private static final int PAUSE_AFTER_FAILURE_MILLIS = 100;

    private final Ledger ledger;
    private final int[] sizes;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    /** @param sizes of objects, picked at random */
    Writers(Ledger ledger, int[] sizes) {
        this.ledger = ledger;
        this.sizes = sizes.clone();
    }

    /** The sizes at which chunking changes its behaviour. */
    static int[] sizesAround(int chunkBytes) {
        return new int[] {0, 1, 4096, 4097, 65_536, chunkBytes - 1, chunkBytes, chunkBytes + 1, chunkBytes * 7 / 2};
    }

    void start(int count, long seed, ObjectClient client) {
        for (int i = 0; i < count; i++) {
            int number = threads.size();
            Thread thread =
                    new Thread(() -> run(number, new SplittableRandom(seed + number), client), "writer-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(int number, SplittableRandom random, ObjectClient client) {
        while (!stopped.get()) {
            String key = "w" + number + "/k" + random.nextInt(KEYS_EACH);
            Optional<Body> body = random.nextInt(DELETE_ONE_IN) == 0
                    ? Optional.empty()
                    : Optional.of(new Body(random.nextLong(), sizes[random.nextInt(sizes.length)]));
            if (!write(client, key, body)) {
                Sleep.millis(PAUSE_AFTER_FAILURE_MILLIS);
            }
        }
    }

    private boolean write(ObjectClient client, String key, Optional<Body> body) {
        try {
            int status = body.isPresent() ? client.put(key, body.get().bytes()) : client.delete(key);
            if (status / 100 == 2) {
                ledger.acknowledge(key, body);
                return true;
            }
            ledger.outcomeUnknown(key, body);
        } catch (IOException e) {
            ledger.outcomeUnknown(key, body);
        }
        return false;
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when what they were at is in the ledger. */
    void stop() {
        stopped.set(true);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
