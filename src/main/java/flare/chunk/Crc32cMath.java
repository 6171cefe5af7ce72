package flare.chunk;

/** Arithmetic on CRC32C values (Castagnoli polynomial, reflected) without the bytes they stand for. */
public final class Crc32cMath {

    private static final int REFLECTED_POLYNOMIAL = 0x82F63B78;
    /** ZEROS[n] multiplies by x^(8 * 2^n): what appending 2^n zero bytes does to a CRC. */
    private static final int[] ZEROS = zeroBytePowers();

    private Crc32cMath() {}

    /**
     * The CRC32C of A followed by B.
     *
     * @param crcA CRC32C of A
     * @param crcB CRC32C of B
     * @param lengthB bytes in B
     */
    public static int combine(int crcA, int crcB, long lengthB) {
        int shifted = crcA;
        long left = lengthB;
        for (int power = 0; left != 0; power++, left >>>= 1) {
            if ((left & 1) != 0) {
                shifted = multiply(shifted, ZEROS[power]);
            }
        }
        return shifted ^ crcB;
    }

    /** Product of two polynomials modulo the CRC polynomial, bit-reflected: bit 31 is the coefficient of x^0. */
    private static int multiply(int a, int b) {
        int product = 0;
        int factor = b;
        for (int bit = 31; bit >= 0; bit--) {
            if ((a & (1 << bit)) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) != 0 ? (factor >>> 1) ^ REFLECTED_POLYNOMIAL : factor >>> 1;
        }
        return product;
    }

    private static int[] zeroBytePowers() {
        int[] powers = new int[Long.SIZE];
        powers[0] = 1 << (31 - Byte.SIZE);
        for (int n = 1; n < powers.length; n++) {
            powers[n] = multiply(powers[n - 1], powers[n - 1]);
        }
        return powers;
    }
}
