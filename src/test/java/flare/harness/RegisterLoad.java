package flare.harness;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Clients that read, write and delete a few keys through all API nodes, and the history of each key. */
final class RegisterLoad implements AutoCloseable {

    private static final int KEYS = 6;

    private final String prefix;
    private final AtomicLong values = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, List<RegisterOperation>> histories = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();

    /** @param apis where the clients send to, each to one of them */
    RegisterLoad(List<Supplier<URI>> apis, int clients, long seed) {
        this(apis, clients, seed, "");
    }

    /** @param prefix of its keys: a load takes them for absent when it begins */
    RegisterLoad(List<Supplier<URI>> apis, int clients, long seed, String prefix) {
        this.prefix = prefix;
        for (int i = 0; i < clients; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            ObjectClient client = new ObjectClient(apis.get(i % apis.size()));
            Thread thread = new Thread(() -> run(client, random), "client-" + i);
            thread.setDaemon(true);
            thread.start();
            this.clients.add(thread);
        }
    }

    static RegisterLoad on(Topology topology, int clients, long seed) {
        List<Supplier<URI>> apis = new ArrayList<>();
        topology.apis().forEach(api -> apis.add(() -> api.object("/")));
        return new RegisterLoad(apis, clients, seed);
    }

    private void run(ObjectClient client, SplittableRandom random) {
        while (!stopped.get()) {
            String key = prefix + "register-" + random.nextInt(KEYS);
            int choice = random.nextInt(10);
            if (choice < 5) {
                read(client, key);
            } else if (choice < 9) {
                write(client, key, RegisterOperation.Kind.PUT, values.incrementAndGet());
            } else {
                write(client, key, RegisterOperation.Kind.DELETE, RegisterOperation.ABSENT);
            }
            // Long histories without a pause make the search long, not better.
            Sleep.millis(20);
        }
    }

    private void read(ObjectClient client, String key) {
        long invoked = System.nanoTime();
        try {
            long value = client.get(key)
                    .map(bytes -> ByteBuffer.wrap(bytes).getLong())
                    .orElse(RegisterOperation.ABSENT);
            record(key, new RegisterOperation(RegisterOperation.Kind.GET, value, invoked, System.nanoTime()));
        } catch (IOException e) {
            Sleep.millis(100);
        }
    }

    private void write(ObjectClient client, String key, RegisterOperation.Kind kind, long value) {
        long invoked = System.nanoTime();
        long returned = RegisterOperation.NEVER;
        try {
            int status = kind == RegisterOperation.Kind.PUT
                    ? client.put(
                            key, ByteBuffer.allocate(Long.BYTES).putLong(value).array())
                    : client.delete(key);
            if (status / 100 == 2) {
                returned = System.nanoTime();
            }
        } catch (IOException e) {
            Sleep.millis(100);
        }
        record(key, new RegisterOperation(kind, value, invoked, returned));
    }

    private void record(String key, RegisterOperation operation) {
        histories
                .computeIfAbsent(key, k -> Collections.synchronizedList(new ArrayList<>()))
                .add(operation);
    }

    /** Ends the load; the histories are whole afterwards. */
    @Override
    public void close() {
        stopped.set(true);
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    long operations() {
        return histories.values().stream().mapToLong(List::size).sum();
    }

    /** Keys whose history no order of its operations explains. */
    List<String> notLinearizable() {
        return histories.entrySet().stream()
                .filter(history -> !RegisterChecker.isLinearizable(List.copyOf(history.getValue())))
                .map(Map.Entry::getKey)
                .toList();
    }
}
