package flare.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What is written arrives a set time later, and in the order and at the rate in which it was written. */
final class LateStream extends OutputStream {

    private static final Piece END = new Piece(new byte[0], 0);

    private final OutputStream out;
    private final long delayNanos;
    private final BlockingQueue<Piece> underWay = new LinkedBlockingQueue<>(4096);
    private final Thread deliverer = new Thread(this::deliver, "late-stream");

    private record Piece(byte[] bytes, long dueNanos) {}

    LateStream(OutputStream out, long delayMillis) {
        this.out = out;
        this.delayNanos = delayMillis * 1_000_000;
        deliverer.setDaemon(true);
        deliverer.start();
    }

    private void deliver() {
        try {
            for (Piece piece = underWay.take(); piece.bytes.length > 0; piece = underWay.take()) {
                Sleep.millis(Math.max(0, (piece.dueNanos - System.nanoTime() + 999_999) / 1_000_000));
                out.write(piece.bytes);
                out.flush();
            }
        } catch (IOException e) {
            // Whoever writes finds out by itself: nobody takes what is under way any more.
            underWay.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        put(new Piece(Arrays.copyOfRange(bytes, offset, offset + length), System.nanoTime() + delayNanos));
    }

    private void put(Piece piece) throws IOException {
        try {
            while (!underWay.offer(piece, 100, TimeUnit.MILLISECONDS)) {
                if (!deliverer.isAlive()) {
                    throw new IOException("closed");
                }
            }
            if (!deliverer.isAlive()) {
                throw new IOException("closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (deliverer.isAlive()) {
                put(END);
            }
            deliverer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            out.close();
        }
    }
}
