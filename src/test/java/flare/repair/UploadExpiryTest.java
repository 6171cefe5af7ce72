package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class UploadExpiryTest {

    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("key");

    private long nowMillis = 1_000_000;
    private final InMemoryMetadata metadata =
            new InMemoryMetadata(new ClusterSettings(1, 64 * 1024, "x"), () -> nowMillis).withNodes(1);
    private final Ask ask = new Ask(metadata, Duration.ofSeconds(5));

    @Test
    void anUploadThatIsNeverFinishedGivesItsPartsBack() {
        UploadRef old = begin();
        BlobId blob = metadata.session().newBlob();
        ChunkRecord chunk = new ChunkRecord(new ChunkId(blob, 0), 4, 1, List.of(new NodeId(1)));
        ask.submit(new Command.PutPart(
                old, 1, 4, "p", Optional.empty(), new Command.NewContent.Blob(blob, 1, List.of(chunk))));
        nowMillis += Duration.ofDays(6).toMillis();
        UploadRef young = begin();
        UploadExpiry expiry = new UploadExpiry(ask, World.SETTINGS, metadata.term());
        World.untilIdle(expiry);
        assertThat(ask.read(new Query.StatUpload(old)).open()).isPresent();
        nowMillis += Duration.ofDays(2).toMillis();
        begin();
        World.untilIdle(expiry);
        assertThatThrownBy(() -> ask.read(new Query.StatUpload(old))).isInstanceOf(FlareException.class);
        assertThat(ask.read(new Query.StatUpload(young)).open()).isPresent();
        assertThat(ask.read(new Query.ListDeadBlobs(10))).containsExactly(blob);
        assertThat(expiry.tally().done()).isEqualTo(1);
    }

    private UploadRef begin() {
        UploadId id = ask.submit(new Command.CreateUpload(
                BUCKET, KEY, ObjectAttributes.NONE, ObjectExtras.NONE, Optional.empty(), Checksum.Type.FULL_OBJECT));
        return new UploadRef(BUCKET, KEY, id);
    }
}
