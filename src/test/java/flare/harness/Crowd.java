package flare.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of connections to one server, all of one manner, driven by one thread. They come from several addresses of this
 * host, so that there are ports enough. None is closed before the crowd is, whatever the server does: who means harm does
 * not either.
 */
final class Crowd implements AutoCloseable {

    private static final int SOURCES = 8;
    private static final int CONNECTING_AT_ONCE = 256;
    private static final int ANSWER_BYTES = 512;
    private static final long SELECT_MILLIS = 20;

    private final URI server;
    private final Manner manner;
    private final List<Member> members = new ArrayList<>();
    private final Queue<Member> toConnect = new ArrayDeque<>();
    private final Queue<Member> due = new PriorityQueue<>(Comparator.comparingLong(member -> member.dueNanos));
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final Selector selector;
    private final Thread thread;
    private int connecting;
    private volatile boolean closing;

    /**
     * What each connection does.
     *
     * @param opening sent as soon as it is connected
     * @param every between two turns
     * @param piece what is sent in the n-th turn
     * @param readBytes taken of the answer in each turn; -1: all of it, as soon as it comes
     */
    record Manner(String opening, Duration every, IntFunction<byte[]> piece, int readBytes) {

        private static final byte[] NOTHING = {};

        /** Asks once, takes the answer and stays. */
        static Manner idle(String request) {
            return new Manner(request, Duration.ofHours(1), turn -> NOTHING, -1);
        }

        /** Sends a byte of a head each turn, and never ends it. */
        static Manner slowHead(String head, Duration every) {
            byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
            return new Manner("", every, turn -> new byte[] {turn < bytes.length ? bytes[turn] : (byte) 'a'}, -1);
        }

        static Manner slowBody(String head, Duration every, int bytes) {
            byte[] piece = new byte[bytes];
            return new Manner(head, every, turn -> piece, -1);
        }

        static Manner slowRead(String request, Duration every, int bytes) {
            return new Manner(request, every, turn -> NOTHING, bytes);
        }

        private boolean takesAll() {
            return readBytes < 0;
        }
    }

    /** One connection; what is volatile is written by the crowd's thread alone. */
    static final class Member {
        private final int number;
        private @Nullable SocketChannel channel;
        private long dueNanos;
        private int turn;
        private volatile @Nullable String address;
        private volatile long begunNanos;
        private volatile String answer = "";
        private volatile long endedNanos;
        private volatile @Nullable String end;

        private Member(int number) {
            this.number = number;
        }

        /** Its own address, such as {@code 127.0.0.2:40000}; null until it is connected. */
        @Nullable
        String address() {
            return address;
        }

        /** When it was connected. */
        long begunNanos() {
            return begunNanos;
        }

        /** The first line of what it was answered. */
        String status() {
            return answer.lines().findFirst().orElse("");
        }

        /** When it saw its connection end, if it has. */
        long endedNanos() {
            return endedNanos;
        }

        /** How it saw its connection end; null while it has not. */
        @Nullable
        String end() {
            return end;
        }
    }

    Crowd(URI server, int count, Manner manner) throws IOException {
        this.server = server;
        this.manner = manner;
        for (int i = 0; i < count; i++) {
            members.add(new Member(i));
        }
        toConnect.addAll(members);
        selector = Selector.open();
        thread = new Thread(this::run, "crowd");
        thread.start();
    }

    List<Member> members() {
        return members;
    }

    private void run() {
        try {
            while (!closing) {
                connectSome();
                selector.select(this::ready, SELECT_MILLIS);
                long now = System.nanoTime();
                for (Member next = due.peek(); next != null && next.dueNanos - now <= 0; next = due.peek()) {
                    due.remove();
                    takeTurn(next, now);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connectSome() throws IOException {
        while (connecting < CONNECTING_AT_ONCE && !toConnect.isEmpty()) {
            Member member = toConnect.remove();
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
            member.channel = channel;
            channel.configureBlocking(false);
            if (!manner.takesAll()) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024);
            }
            byte[] source = {127, 0, 0, (byte) (2 + member.number % SOURCES)};
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
            channel.register(selector, SelectionKey.OP_CONNECT, member);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
            connecting++;
        }
    }

    private void ready(SelectionKey key) {
        Member member = (Member) key.attachment();
        try {
            if (key.isConnectable()) {
                connected(member, key);
            } else if (key.isReadable()) {
                take(member, Integer.MAX_VALUE);
            }
        } catch (IOException e) {
            ended(member, String.valueOf(e.getMessage()));
        }
    }

    private void connected(Member member, SelectionKey key) throws IOException {
        connecting--;
        SocketChannel channel = (SocketChannel) key.channel();
        channel.finishConnect();
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        member.begunNanos = System.nanoTime();
        member.address = local.getAddress().getHostAddress() + ":" + local.getPort();
        key.interestOps(manner.takesAll() ? SelectionKey.OP_READ : 0);
        channel.write(ByteBuffer.wrap(manner.opening().getBytes(StandardCharsets.US_ASCII)));
        member.dueNanos = member.begunNanos + manner.every().toNanos();
        due.add(member);
    }

    private void takeTurn(Member member, long now) {
        try {
            SocketChannel channel = member.channel;
            if (channel == null) {
                throw new IllegalStateException("a turn before the connection");
            }
            channel.write(ByteBuffer.wrap(manner.piece().apply(member.turn++)));
            if (!manner.takesAll()) {
                take(member, manner.readBytes());
            }
            member.dueNanos = now + manner.every().toNanos();
            due.add(member);
        } catch (IOException e) {
            ended(member, String.valueOf(e.getMessage()));
        }
    }

    private void take(Member member, int most) throws IOException {
        SocketChannel channel = member.channel;
        if (channel == null) {
            throw new IllegalStateException("bytes before the connection");
        }
        buffer.clear().limit(Math.min(most, buffer.capacity()));
        int read = channel.read(buffer);
        if (read < 0) {
            ended(member, "end of stream");
        } else if (member.answer.length() < ANSWER_BYTES) {
            member.answer = member.answer.concat(
                    StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString());
        }
    }

    /** It goes on sending, if it was: the server's end of the stream says only that the server will send no more. */
    private void ended(Member member, String how) {
        if (member.end == null) {
            member.endedNanos = System.nanoTime();
            member.end = how;
        }
        SocketChannel channel = member.channel;
        SelectionKey key = channel == null ? null : channel.keyFor(selector);
        if (key != null && key.isValid()) {
            key.interestOps(0);
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        for (Member member : members) {
            if (member.channel != null) {
                member.channel.close();
            }
        }
        selector.close();
    }
}
