package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class InMemoryMetadataTest {

    private static final BucketId BUCKET = new BucketId(1);
    private final InMemoryMetadata metadata = new InMemoryMetadata().withNodes(3);

    @Test
    void putsOpensListsAndDeletesAnObject() {
        ObjectKey key = ObjectKey.of("a/b");
        BlobId blob = metadata.session().newBlob();
        ChunkRecord chunk = new ChunkRecord(new ChunkId(blob, 0), 10, 7, List.of(new NodeId(1)));
        put(key, 10, new Command.NewContent.Blob(blob, 1, List.of(chunk)));
        metadata.session().settled(blob);
        try (Session.Pin pin = metadata.session().pin()) {
            Query.OpenedObject opened = metadata.read(new Query.OpenObject(BUCKET, key, pin.session()))
                    .toCompletableFuture()
                    .join();
            assertThat(opened.content())
                    .isEqualTo(new Query.Content.Extents(List.of(new Query.Slice(blob, 0, 10)), List.of(chunk)));
        }
        Query.ObjectPage page = metadata.read(new Query.ListObjects(BUCKET, bytes(""), bytes("/"), bytes(""), 10))
                .toCompletableFuture()
                .join();
        assertThat(page.commonPrefixes()).containsExactly(bytes("a/"));
        assertThat(page.next()).isEqualTo(Optional.empty());
        assertThat(metadata.submit(new Command.DeleteObject(BUCKET, key, WriteCondition.NONE))
                        .toCompletableFuture()
                        .join()
                        .removed())
                .isTrue();
    }

    @Test
    void abandonedBlobsBecomeFreedWithTheRenewal() {
        BlobId blob = metadata.session().newBlob();
        ChunkRecord chunk = new ChunkRecord(new ChunkId(blob, 0), 10, 7, List.of(new NodeId(2)));
        metadata.session().abandon(blob, List.of(chunk));
        metadata.renew();
        assertThat(metadata.read(new Query.ListFreed(new NodeId(2), Optional.empty(), 10))
                        .toCompletableFuture()
                        .join())
                .hasSize(1);
        assertThatThrownBy(() -> put(ObjectKey.of("k"), 10, new Command.NewContent.Blob(blob, 1, List.of(chunk))))
                .hasMessageContaining("below the mark");
    }

    private void put(ObjectKey key, long size, Command.NewContent content) {
        metadata.submit(new Command.PutObject(
                        BUCKET, key, size, "e", ObjectAttributes.NONE, content, WriteCondition.NONE))
                .toCompletableFuture()
                .join();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
