package flare.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Small changes to what is nearly right: the places of a grammar are where parsers break. */
final class Mutations {

    private static final int MAX_BYTES = 16 * 1024;

    /** What means something somewhere. */
    private static final byte[] TELLING = "\0\t\n\r \"#%&'()*+,-./0159:;<=>?@A[\\]^`az{|}~\u007f\u0080\u00c3\u00ff"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);

    private Mutations() {}

    static byte[] of(List<byte[]> corpus, Random random) {
        byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            byte[] other = corpus.get(random.nextInt(corpus.size()));
            input = changed(input, other, random);
        }
        return input.length > MAX_BYTES ? Arrays.copyOf(input, MAX_BYTES) : input;
    }

    private static byte[] changed(byte[] input, byte[] other, Random random) {
        int at = random.nextInt(input.length + 1);
        int end = at + random.nextInt(Math.min(64, input.length - at) + 1);
        byte telling = TELLING[random.nextInt(TELLING.length)];
        return switch (random.nextInt(7)) {
            case 0 -> joined(input, at, new byte[] {telling}, at);
            case 1 -> joined(input, at, new byte[0], end);
            case 2 -> joined(input, at, new byte[] {telling}, Math.min(at + 1, input.length));
            case 3 -> joined(input, at, new byte[] {(byte) random.nextInt()}, Math.min(at + 1, input.length));
            case 4 -> joined(input, end, Arrays.copyOfRange(input, at, end), end);
            case 5 -> Arrays.copyOf(input, at);
            default -> {
                int from = random.nextInt(other.length + 1);
                yield joined(input, at, Arrays.copyOfRange(other, from, other.length), end);
            }
        };
    }

    /** What is before {@code at}, then {@code middle}, then what is from {@code end} on. */
    private static byte[] joined(byte[] input, int at, byte[] middle, int end) {
        byte[] joined = Arrays.copyOf(input, at + middle.length + input.length - end);
        System.arraycopy(middle, 0, joined, at, middle.length);
        System.arraycopy(input, end, joined, at + middle.length, input.length - end);
        return joined;
    }
}
