package compat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the Java jobs have in common: their surroundings, and steps printed as the driver reads them (see steps.line). */
final class Job {

    static final String ENDPOINT = System.getenv("FLARE_ENDPOINT");
    static final String BUCKET = System.getenv("COMPAT_BUCKET");
    static final String ACCESS_KEY = System.getenv("AWS_ACCESS_KEY_ID");
    static final String SECRET_KEY = System.getenv("AWS_SECRET_ACCESS_KEY");
    static final Path TREE = Path.of(System.getenv("COMPAT_TREE"));
    static final Path BIG = Path.of(System.getenv("COMPAT_BIG"));
    static final Path WORK = Path.of(System.getenv("COMPAT_WORK"));

    interface Step {
        void run() throws Exception;
    }

    interface EachFile {
        void take(String name, Path path) throws Exception;
    }

    private Job() {}

    static void step(String name, Step step) {
        long begin = System.nanoTime();
        String fault = null;
        try {
            step.run();
        } catch (Exception | AssertionError e) {
            fault = e.toString();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        String words = fault == null ? "" : fault.replaceAll("\\s+", " ");
        System.out.printf("step\t%s\t%s\t%.3f\t%s%n", name, fault == null ? "ok" : "FAILED", seconds, words);
    }

    static void done() {
        System.out.println("done");
    }

    /** Every file of the tree by its key, sixteen at a time; the first failure is thrown. */
    static void eachFile(EachFile action) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            var running = new TreeMap<String, Future<?>>();
            files().forEach((name, path) -> running.put(name, pool.submit(() -> {
                action.take(name, path);
                return name;
            })));
            for (Future<?> one : running.values()) {
                one.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    static TreeMap<String, Path> files() throws IOException {
        var found = new TreeMap<String, Path>();
        try (var paths = Files.walk(TREE)) {
            paths.filter(Files::isRegularFile).forEach(p -> found.put(TREE.relativize(p).toString(), p));
        }
        return found;
    }

    static byte[] part(long begin, int length) throws IOException {
        try (var channel = Files.newByteChannel(BIG)) {
            channel.position(begin);
            var bytes = java.nio.ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return bytes.array();
        }
    }

    static String digest(InputStream bytes) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (bytes) {
            byte[] buffer = new byte[1 << 16];
            for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static void sameAsBig(InputStream bytes) throws Exception {
        equal(digest(bytes), digest(Files.newInputStream(BIG)));
    }

    static void same(byte[] got, byte[] wanted, String what) {
        if (!Arrays.equals(got, wanted)) {
            throw new AssertionError(what + ": " + got.length + " bytes that differ from the wanted " + wanted.length);
        }
    }

    static void equal(Object got, Object wanted) {
        if (!Objects.equals(got, wanted)) {
            throw new AssertionError("got " + got + " instead of " + wanted);
        }
    }
}
