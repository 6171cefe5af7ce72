package flare.object;

import flare.metadata.Command.NewContent;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.ChunkRecord;
import java.util.zip.CRC32C;

/**
 * The checksum of an object for which its client named none: its CRC32C, since that of each chunk is known when it is
 * stored, and that of the whole follows without another look at the bytes.
 */
final class BodyCrc {

    private BodyCrc() {}

    static Checksum of(NewContent content) {
        CrcJoin join = CrcJoin.of(ChecksumAlgorithm.CRC32C);
        long crc = 0;
        if (content instanceof NewContent.Inline inline) {
            CRC32C running = new CRC32C();
            running.update(inline.bytes());
            crc = running.getValue();
        } else if (content instanceof NewContent.Blob blob) {
            for (ChunkRecord chunk : blob.chunks()) {
                crc = join.join(crc, Integer.toUnsignedLong(chunk.crc32c()), chunk.length());
            }
        }
        return new Checksum(ChecksumAlgorithm.CRC32C, join.text(crc), Checksum.Type.FULL_OBJECT);
    }
}
