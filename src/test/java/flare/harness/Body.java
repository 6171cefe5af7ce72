package flare.harness;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Bytes that follow from a number: what was written need not be kept to be recognised. */
record Body(long seed, int length) {

    byte[] bytes() {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    boolean is(byte[] bytes) {
        return bytes.length == length && Arrays.equals(bytes, bytes());
    }
}
