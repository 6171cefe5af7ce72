package flare.metadata;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketInfo.Versioning;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.ObjectPart;
import flare.model.VersionId;
import flare.model.VersionMark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A bucket of the model: of each key the list of its versions and delete markers, oldest first. */
final class ModelBucket {

    /** @param inline all the bytes; null: the extents say where they are */
    record Content(byte @Nullable [] inline, List<? extends Query.Extent> extents, List<ObjectPart> parts) {

        static final Content NONE = new Content(null, List.of(), List.of());
    }

    record Version(ObjectInfo info, Content content) {}

    final BucketId id;
    final BucketName name;
    final String owner;
    final Instant created;
    final Map<DocumentKind, Document> documents = new HashMap<>();
    Versioning versioning = Versioning.UNVERSIONED;
    int uploads;
    private final TreeMap<ObjectKey, List<Version>> keys = new TreeMap<>();

    ModelBucket(BucketId id, BucketName name, String owner, Instant created) {
        this.id = id;
        this.name = name;
        this.owner = owner;
        this.created = created;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    private List<Version> of(ObjectKey key) {
        return keys.computeIfAbsent(key, any -> new ArrayList<>());
    }

    /** All versions and markers, the newest of a key first, each saying whether it is that. */
    List<Version> all() {
        List<Version> all = new ArrayList<>();
        keys.values().forEach(versions -> {
            for (int at = versions.size() - 1; at >= 0; at--) {
                all.add(marked(versions.get(at), at == versions.size() - 1));
            }
        });
        return all;
    }

    private static Version marked(Version version, boolean latest) {
        VersionMark mark = version.info().mark();
        return new Version(
                version.info().withMark(new VersionMark(mark.id(), latest, mark.deleteMarker())), version.content());
    }

    List<Version> objects() {
        return all().stream()
                .filter(version ->
                        version.info().mark().latest() && !version.info().mark().deleteMarker())
                .toList();
    }

    @Nullable
    Version current(ObjectKey key) {
        return objects().stream()
                .filter(version -> version.info().key().equals(key))
                .findFirst()
                .orElse(null);
    }

    @Nullable
    Version find(ObjectKey key, VersionId version) {
        return all().stream()
                .filter(one ->
                        one.info().key().equals(key) && one.info().versionId().equals(version))
                .findFirst()
                .orElse(null);
    }

    Version readable(ObjectKey key, Optional<VersionId> id) {
        if (id.isPresent()) {
            Version found = find(key, id.get());
            ModelState.require(found != null, Fault.NO_SUCH_VERSION, "version");
            if (found == null || found.info().mark().deleteMarker()) {
                throw FlareException.ofDeleteMarker(Fault.METHOD_NOT_ALLOWED, "marker", id.get());
            }
            return found;
        }
        Version current = current(key);
        if (current == null) {
            List<Version> versions = keys.getOrDefault(key, List.of());
            throw versions.isEmpty()
                    ? new FlareException(Fault.NO_SUCH_KEY, "key")
                    : FlareException.ofDeleteMarker(
                            Fault.NO_SUCH_KEY,
                            "key",
                            versions.get(versions.size() - 1).info().versionId());
        }
        return current;
    }

    /** As the newest; answers what it took the place of. */
    List<Version> add(Version version) {
        List<Version> gone = new ArrayList<>();
        if (version.info().versionId().isNull()) {
            of(version.info().key()).removeIf(old -> old.info().versionId().isNull() && gone.add(old));
        }
        of(version.info().key()).add(version);
        return gone;
    }

    Version remove(Version version) {
        of(version.info().key())
                .removeIf(old -> old.info().version() == version.info().version());
        keys.values().removeIf(List::isEmpty);
        return version;
    }

    void replace(Version old, Version by) {
        of(old.info().key())
                .replaceAll(one -> one.info().version() == old.info().version() ? by : one);
    }

    BucketInfo info(boolean withDocuments) {
        return new BucketInfo(id, name, owner, created, versioning, withDocuments ? documents : Map.of());
    }
}
