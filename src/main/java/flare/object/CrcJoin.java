package flare.object;

import flare.model.ChecksumAlgorithm;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * The CRC of joined bytes from those of the pieces: a CRC is linear, and a piece of n zero bytes behind it multiplies it by
 * x to the power of 8n, modulo the polynomial. Reflected: the most significant bit is the coefficient of x to the power 0.
 */
final class CrcJoin {

    private final int bits;
    private final long polynomial;

    private CrcJoin(int bits, long polynomial) {
        this.bits = bits;
        this.polynomial = polynomial;
    }

    static CrcJoin of(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> new CrcJoin(32, 0xEDB88320L);
            case CRC32C -> new CrcJoin(32, 0x82F63B78L);
            case CRC64NVME -> new CrcJoin(64, 0x9A6C9329AC4BC9B5L);
            case SHA1, SHA256 -> throw new IllegalArgumentException(algorithm + " is no CRC");
        };
    }

    /** @param secondBytes length of what {@code second} is the CRC of */
    long join(long first, long second, long secondBytes) {
        return times(first, power(secondBytes)) ^ second;
    }

    /** As headers have it: base64, the most significant byte first. */
    String text(long crc) {
        byte[] value = new byte[bits / Byte.SIZE];
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES).putLong(crc);
        all.position(Long.BYTES - value.length).get(value);
        return Base64.getEncoder().encodeToString(value);
    }

    /** x to the power of 8n. */
    private long power(long bytes) {
        long result = 1L << (bits - 1);
        long square = 1L << (bits - 1 - 8);
        for (long left = bytes; left > 0; left >>= 1) {
            if ((left & 1) != 0) {
                result = times(result, square);
            }
            square = times(square, square);
        }
        return result;
    }

    private long times(long a, long b) {
        long product = 0;
        long shifted = b;
        for (int bit = bits - 1; bit >= 0; bit--) {
            if ((a >>> bit & 1) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
        }
        return product;
    }
}
