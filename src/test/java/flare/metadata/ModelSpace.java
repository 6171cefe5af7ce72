package flare.metadata;

import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Bytes of the model, added up by looking at everything; only how far the store's walk came is kept. */
final class ModelSpace {

    private static final int FAMILIES = 5;

    private final ModelState state;
    private final Map<ModelState.Copy, Long> freed = new HashMap<>();
    private int phase;
    private byte[] position = {};

    ModelSpace(ModelState state) {
        this.state = state;
    }

    boolean isCounted() {
        return phase > FAMILIES;
    }

    boolean count(Command.CountSpace count) {
        state.fence(count.term());
        int left = count.limit();
        while (left > 0 && !isCounted()) {
            phase = Math.max(1, phase);
            List<byte[]> page = places().filter(place -> Arrays.compareUnsigned(place, position) > 0)
                    .sorted(Arrays::compareUnsigned)
                    .limit(left)
                    .toList();
            boolean more = page.size() == left;
            left -= page.size();
            position = more ? page.get(page.size() - 1) : new byte[0];
            phase += more ? 0 : 1;
        }
        return !isCounted();
    }

    private Stream<byte[]> places() {
        return switch (phase) {
            case 1 ->
                state.buckets.values().stream()
                        .flatMap(bucket -> bucket.all().stream())
                        .filter(version -> !version.info().mark().deleteMarker())
                        .map(version -> Keys.number(version.info().version()));
            case 2 ->
                state.uploads.all.values().stream()
                        .flatMap(upload ->
                                upload.parts.keySet().stream().map(number -> Keys.part(upload.info.id(), number)));
            case 3 -> state.blobs.keySet().stream().map(Keys::blob);
            case 4 ->
                state.buckets.values().stream()
                        .flatMap(bucket -> bucket.objects().stream()
                                .map(version ->
                                        Keys.object(bucket.id, version.info().key())));
            default ->
                state.buckets.values().stream()
                        .flatMap(bucket -> older(bucket).stream()
                                .map(version -> Keys.version(
                                        bucket.id,
                                        version.info().key().bytes(),
                                        version.info().version())));
        };
    }

    private static List<ModelBucket.Version> older(ModelBucket bucket) {
        List<ModelBucket.Version> older = new ArrayList<>(bucket.all());
        older.removeAll(bucket.objects());
        return older;
    }

    /** A copy becomes FREED: its bytes are known where its chunk is. */
    void freed(ModelState.Copy copy) {
        flare.model.ChunkRecord chunk = state.chunk(copy.chunk());
        freed.put(copy, phase == 0 || chunk == null ? 0 : chunk.length());
    }

    void cleared(ModelState.Copy copy) {
        freed.remove(copy);
    }

    Query.Space answer() {
        Map<NodeId, Query.FreedSpace> nodes = new TreeMap<>();
        freed.forEach((copy, bytes) -> nodes.merge(
                copy.node(),
                new Query.FreedSpace(copy.node(), 1, bytes),
                (one, other) ->
                        new Query.FreedSpace(one.node(), one.copies() + other.copies(), one.bytes() + other.bytes())));
        List<Query.FreedSpace> toDelete = List.copyOf(nodes.values());
        if (!isCounted()) {
            return new Query.Space(false, 0, 0, 0, 0, 0, 0, toDelete);
        }
        List<Query.BucketSpace> buckets =
                buckets(new Query.ListBucketSpace("", Integer.MAX_VALUE)).buckets();
        return new Query.Space(
                true,
                buckets.stream().mapToLong(Query.BucketSpace::bytes).sum(),
                buckets.stream().mapToLong(Query.BucketSpace::olderBytes).sum(),
                state.uploads.all.values().stream().mapToLong(ModelSpace::bytes).sum(),
                state.blobs.values().stream()
                        .filter(blob -> blob.count > 0)
                        .mapToLong(blob -> blob.size)
                        .sum(),
                state.blobs.values().stream()
                        .filter(blob -> blob.count == 0)
                        .mapToLong(blob -> blob.size)
                        .sum(),
                held(),
                toDelete);
    }

    private static long bytes(ModelUploads.Upload upload) {
        return upload.parts.values().stream()
                .mapToLong(part -> part.info().size())
                .sum();
    }

    private long held() {
        Map<flare.model.BlobId, Long> referred = new HashMap<>();
        Stream.concat(
                        state.buckets.values().stream()
                                .flatMap(bucket -> bucket.all().stream())
                                .map(ModelBucket.Version::content),
                        state.uploads.all.values().stream()
                                .flatMap(upload -> upload.parts.values().stream())
                                .map(ModelUploads.Part::content))
                .flatMap(content -> content.extents().stream())
                .forEach(extent -> {
                    if (extent instanceof Query.Slice slice) {
                        referred.merge(slice.blob(), slice.length(), Long::sum);
                    }
                });
        return state.blobs.entrySet().stream()
                .filter(blob -> blob.getValue().count > 0)
                .mapToLong(blob -> Math.max(0, blob.getValue().size - referred.getOrDefault(blob.getKey(), 0L)))
                .sum();
    }

    Query.BucketSpacePage buckets(Query.ListBucketSpace list) {
        List<Query.BucketSpace> behind = state.buckets.values().stream()
                .filter(bucket -> bucket.name.value().compareTo(list.after()) > 0)
                .map(this::space)
                .sorted(Comparator.comparing(bucket -> bucket.name().value()))
                .toList();
        List<Query.BucketSpace> page = behind.stream().limit(list.limit()).toList();
        return new Query.BucketSpacePage(
                isCounted(),
                page,
                behind.size() > page.size()
                        ? Optional.of(page.get(page.size() - 1).name().value())
                        : Optional.empty());
    }

    private Query.BucketSpace space(ModelBucket bucket) {
        long uploads = state.uploads.all.values().stream()
                .filter(upload -> upload.ref.bucket().equals(bucket.id))
                .mapToLong(ModelSpace::bytes)
                .sum();
        return new Query.BucketSpace(
                bucket.name,
                bucket.owner,
                bucket.objects().size(),
                isCounted() ? bytes(bucket.objects()) : 0,
                older(bucket).size(),
                isCounted() ? bytes(older(bucket)) : 0,
                bucket.uploads,
                isCounted() ? uploads : 0);
    }

    private static long bytes(List<ModelBucket.Version> versions) {
        return versions.stream().mapToLong(version -> version.info().size()).sum();
    }
}
