package flare.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** The checksums that S3 knows beside MD5. */
public enum ChecksumAlgorithm {
    CRC32(4),
    CRC32C(4),
    CRC64NVME(8),
    SHA1(20),
    SHA256(32);

    private final int bytes;

    ChecksumAlgorithm(int bytes) {
        this.bytes = bytes;
    }

    /** Length of its value. */
    public int bytes() {
        return bytes;
    }

    /** Of a CRC, that of joined parts follows from those of the parts. */
    public boolean isCrc() {
        return this == CRC32 || this == CRC32C || this == CRC64NVME;
    }

    /** One computation; for one thread. */
    public interface Running {
        void update(ByteBuffer bytes);

        /** The value, most significant byte first. Called once. */
        byte[] finish();
    }

    public Running start() {
        return switch (this) {
            case CRC32 -> of(new CRC32());
            case CRC32C -> of(new CRC32C());
            case CRC64NVME -> of(new Crc64Nvme());
            case SHA1 -> of("SHA-1");
            case SHA256 -> of("SHA-256");
        };
    }

    private Running of(java.util.zip.Checksum checksum) {
        return new Running() {
            @Override
            public void update(ByteBuffer buffer) {
                checksum.update(buffer);
            }

            @Override
            public byte[] finish() {
                byte[] value = ByteBuffer.allocate(Long.BYTES)
                        .putLong(checksum.getValue())
                        .array();
                return Arrays.copyOfRange(value, Long.BYTES - bytes, Long.BYTES);
            }
        };
    }

    private static Running of(String name) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
        return new Running() {
            @Override
            public void update(ByteBuffer buffer) {
                digest.update(buffer);
            }

            @Override
            public byte[] finish() {
                return digest.digest();
            }
        };
    }
}
