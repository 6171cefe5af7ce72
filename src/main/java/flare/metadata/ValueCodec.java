package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.AttributesValue;
import flare.metadata.wire.BlobIdValue;
import flare.metadata.wire.ChecksumValue;
import flare.metadata.wire.ChunkIdValue;
import flare.metadata.wire.ChunkValue;
import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.DeletionValue;
import flare.metadata.wire.ExtrasValue;
import flare.metadata.wire.FreedCopyValue;
import flare.metadata.wire.HeaderValue;
import flare.metadata.wire.NewBlobValue;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.SettingsValue;
import flare.metadata.wire.TagsValue;
import flare.metadata.wire.UuidValue;
import flare.metadata.wire.VersionIdValue;
import flare.model.BlobId;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Deletion;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.model.VersionMark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The domain's values to and from Protocol Buffers. Decoding throws what the values' constructors throw. */
final class ValueCodec {

    private ValueCodec() {}

    static UuidValue encode(UUID uuid) {
        return UuidValue.newBuilder()
                .setHigh(uuid.getMostSignificantBits())
                .setLow(uuid.getLeastSignificantBits())
                .build();
    }

    static UUID decode(UuidValue uuid) {
        return new UUID(uuid.getHigh(), uuid.getLow());
    }

    static BlobIdValue encode(BlobId id) {
        return BlobIdValue.newBuilder()
                .setSession(id.session())
                .setCounter(id.counter())
                .build();
    }

    static BlobId decode(BlobIdValue id) {
        return new BlobId(id.getSession(), id.getCounter());
    }

    static ChunkIdValue encode(ChunkId id) {
        return ChunkIdValue.newBuilder()
                .setBlob(encode(id.blob()))
                .setOrdinal(id.ordinal())
                .build();
    }

    static ChunkId decode(ChunkIdValue id) {
        return new ChunkId(decode(id.getBlob()), id.getOrdinal());
    }

    static NewBlobValue encode(Command.NewContent.Blob blob) {
        NewBlobValue.Builder encoded =
                NewBlobValue.newBuilder().setId(encode(blob.id())).setWantedCopies(blob.wantedCopies());
        for (ChunkRecord chunk : blob.chunks()) {
            ChunkValue.Builder value = encoded.addChunksBuilder()
                    .setOrdinal(chunk.id().ordinal())
                    .setLength(chunk.length())
                    .setCrc32C(chunk.crc32c());
            chunk.nodes().forEach(node -> value.addNodes(node.value()));
        }
        return encoded.build();
    }

    static Command.NewContent.Blob decode(NewBlobValue blob) {
        BlobId id = decode(blob.getId());
        List<ChunkRecord> chunks = new ArrayList<>(blob.getChunksCount());
        for (ChunkValue chunk : blob.getChunksList()) {
            chunks.add(new ChunkRecord(
                    new ChunkId(id, chunk.getOrdinal()),
                    chunk.getLength(),
                    chunk.getCrc32C(),
                    nodes(chunk.getNodesList())));
        }
        return new Command.NewContent.Blob(id, blob.getWantedCopies(), chunks);
    }

    static List<NodeId> nodes(List<Integer> ids) {
        List<NodeId> nodes = new ArrayList<>(ids.size());
        ids.forEach(id -> nodes.add(new NodeId(id)));
        return nodes;
    }

    static AttributesValue encode(ObjectAttributes attributes) {
        AttributesValue.Builder encoded = AttributesValue.newBuilder();
        attributes.contentType().ifPresent(encoded::setContentType);
        attributes.headers().forEach((name, value) -> encoded.addHeaders(header(name, value)));
        attributes.userMetadata().forEach((name, value) -> encoded.addUserMetadata(header(name, value)));
        return encoded.build();
    }

    private static HeaderValue header(String name, String value) {
        return HeaderValue.newBuilder().setName(name).setValue(value).build();
    }

    static ObjectAttributes decode(AttributesValue attributes) {
        Optional<String> contentType =
                attributes.hasContentType() ? Optional.of(attributes.getContentType()) : Optional.empty();
        if (attributes.getHeadersCount() == 0 && attributes.getUserMetadataCount() == 0 && contentType.isEmpty()) {
            return ObjectAttributes.NONE;
        }
        return new ObjectAttributes(
                contentType, map(attributes.getHeadersList()), map(attributes.getUserMetadataList()));
    }

    private static Map<String, String> map(List<HeaderValue> headers) {
        Map<String, String> map = new TreeMap<>();
        headers.forEach(header -> map.put(header.getName(), header.getValue()));
        return map;
    }

    static SettingsValue encode(ClusterSettings settings) {
        return SettingsValue.newBuilder()
                .setWantedCopies(settings.wantedCopies())
                .setChunkBytes(settings.chunkBytes())
                .setPlacementStrategy(settings.placementStrategy())
                .build();
    }

    static ClusterSettings decode(SettingsValue settings) {
        return new ClusterSettings(
                settings.getWantedCopies(), settings.getChunkBytes(), settings.getPlacementStrategy());
    }

    static ClusterValue encode(ClusterState cluster) {
        return ClusterValue.newBuilder()
                .setClusterId(encode(cluster.clusterId()))
                .setFeatureLevel(cluster.featureLevel())
                .setEpoch(cluster.epoch())
                .setSettings(encode(cluster.settings()))
                .build();
    }

    static ClusterState decode(ClusterValue cluster) {
        return new ClusterState(
                decode(cluster.getClusterId()),
                cluster.getFeatureLevel(),
                cluster.getEpoch(),
                decode(cluster.getSettings()));
    }

    static FreedCopyValue encode(Command.FreedCopy copy) {
        return FreedCopyValue.newBuilder()
                .setNode(copy.node().value())
                .setChunk(encode(copy.chunk()))
                .setIndex(copy.index())
                .build();
    }

    static Command.FreedCopy decode(FreedCopyValue copy) {
        return new Command.FreedCopy(new NodeId(copy.getNode()), decode(copy.getChunk()), copy.getIndex());
    }

    static ObjectRow encode(ObjectInfo info) {
        ObjectRow.Builder row = ObjectRow.newBuilder()
                .setVersion(info.version())
                .setSize(info.size())
                .setEtag(info.etag())
                .setModifiedMillis(info.lastModified().toEpochMilli())
                .setAttributes(encode(info.attributes()))
                .setNamed(!info.versionId().isNull())
                .setParts(info.parts());
        if (!info.extras().isNone()) {
            row.setExtras(encode(info.extras()));
        }
        return row.build();
    }

    /** @param latest whether it is the key's newest version, which its place tells and not the row */
    static ObjectInfo decode(ObjectKey key, ObjectRow row, boolean latest) {
        boolean only = latest && !row.getNamed() && !row.getDeleteMarker();
        return new ObjectInfo(
                key,
                row.getVersion(),
                row.getSize(),
                row.getEtag(),
                Instant.ofEpochMilli(row.getModifiedMillis()),
                decode(row.getAttributes()),
                row.hasExtras() ? decode(row.getExtras()) : ObjectExtras.NONE,
                only ? VersionMark.ONLY : new VersionMark(VersionRows.id(row), latest, row.getDeleteMarker()),
                row.getParts());
    }

    static ExtrasValue encode(ObjectExtras extras) {
        ExtrasValue.Builder encoded = ExtrasValue.newBuilder();
        extras.tags().forEach((name, value) -> encoded.addTags(header(name, value)));
        extras.checksum().ifPresent(checksum -> encoded.setChecksum(encode(checksum)));
        extras.owner().ifPresent(encoded::setOwner);
        extras.acl().ifPresent(encoded::setAcl);
        return encoded.build();
    }

    static ObjectExtras decode(ExtrasValue extras) {
        return new ObjectExtras(
                map(extras.getTagsList()),
                extras.hasChecksum() ? Optional.of(decode(extras.getChecksum())) : Optional.empty(),
                extras.hasOwner() ? Optional.of(extras.getOwner()) : Optional.empty(),
                extras.hasAcl() ? Optional.of(extras.getAcl()) : Optional.empty());
    }

    static TagsValue encode(Map<String, String> tags) {
        TagsValue.Builder encoded = TagsValue.newBuilder();
        tags.forEach((name, value) -> encoded.addTags(header(name, value)));
        return encoded.build();
    }

    static Map<String, String> decode(TagsValue tags) {
        return map(tags.getTagsList());
    }

    static ChecksumValue encode(Checksum checksum) {
        return ChecksumValue.newBuilder()
                .setAlgorithm(checksum.algorithm().name())
                .setValue(checksum.value())
                .setComposite(checksum.type() == Checksum.Type.COMPOSITE)
                .build();
    }

    static Checksum decode(ChecksumValue checksum) {
        return new Checksum(
                ChecksumAlgorithm.valueOf(checksum.getAlgorithm()),
                checksum.getValue(),
                checksum.getComposite() ? Checksum.Type.COMPOSITE : Checksum.Type.FULL_OBJECT);
    }

    static VersionIdValue encode(VersionId id) {
        return VersionIdValue.newBuilder().setNumber(id.number()).build();
    }

    static VersionId decode(VersionIdValue id) {
        return new VersionId(id.getNumber());
    }

    static DeletionValue encode(Deletion deletion) {
        DeletionValue.Builder encoded =
                DeletionValue.newBuilder().setRemoved(deletion.removed()).setDeleteMarker(deletion.deleteMarker());
        deletion.versionId().ifPresent(id -> encoded.setVersion(encode(id)));
        return encoded.build();
    }

    static Deletion decode(DeletionValue deletion) {
        return new Deletion(
                deletion.getRemoved(),
                deletion.hasVersion() ? Optional.of(decode(deletion.getVersion())) : Optional.empty(),
                deletion.getDeleteMarker());
    }

    static ByteString bytes(ObjectKey key) {
        return ByteString.copyFrom(key.bytes());
    }
}
