package flare.data;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a forgetful disk knows under a name: what is there now, and what a crash leaves of it. Guarded by the disk. */
sealed interface ForgetfulNode {

    void crash(Luck luck);

    long bytes();

    /** Whether what was not synced is there after a crash all the same. */
    interface Luck {
        boolean survives(Object unsynced);
    }

    /** Names; a sync makes them durable. */
    final class Directory implements ForgetfulNode {

        Map<String, ForgetfulNode> live = new TreeMap<>();
        private Map<String, ForgetfulNode> durable = new TreeMap<>();

        void sync() {
            durable = new TreeMap<>(live);
        }

        @Override
        public void crash(Luck luck) {
            Set<String> names = new TreeSet<>(live.keySet());
            names.addAll(durable.keySet());
            Map<String, ForgetfulNode> left = new TreeMap<>();
            for (String name : names) {
                ForgetfulNode was = durable.get(name);
                ForgetfulNode is = live.get(name);
                ForgetfulNode kept = was == is || !luck.survives(name) ? was : is;
                if (kept != null) {
                    left.put(name, kept);
                }
            }
            live = left;
            durable = new TreeMap<>(left);
            left.values().forEach(node -> node.crash(luck));
        }

        @Override
        public long bytes() {
            return live.values().stream().mapToLong(ForgetfulNode::bytes).sum();
        }
    }

    /** Bytes that are appended; a sync makes them durable. */
    final class File implements ForgetfulNode {

        private byte[] live = new byte[0];
        private int length;
        private byte[] durable = new byte[0];

        void append(byte[] bytes) {
            if (length + bytes.length > live.length) {
                live = Arrays.copyOf(live, Math.max(2 * live.length, length + bytes.length));
            }
            System.arraycopy(bytes, 0, live, length, bytes.length);
            length += bytes.length;
        }

        byte[] read(int from, int to) {
            return Arrays.copyOfRange(live, from, to);
        }

        int length() {
            return length;
        }

        void sync() {
            durable = read(0, length);
        }

        /** Behind the store's back, and durably. */
        void replace(byte[] bytes) {
            live = bytes.clone();
            length = bytes.length;
            durable = bytes.clone();
        }

        @Override
        public void crash(Luck luck) {
            int unsynced = length - durable.length;
            int kept = unsynced > 0 && luck.survives(this) ? durable.length + unsynced / 2 : durable.length;
            durable = Arrays.copyOf(live, kept);
            live = durable.clone();
            length = kept;
        }

        @Override
        public long bytes() {
            return length;
        }
    }
}
