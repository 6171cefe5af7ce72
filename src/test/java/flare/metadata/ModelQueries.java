package flare.metadata;

import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.NodeId;
import flare.model.ObjectInfo;
import flare.model.ObjectPart;
import flare.model.PartInfo;
import flare.model.UploadInfo;
import flare.model.VersionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers over {@link ModelState} by looking at everything. */
final class ModelQueries {

    private static final int FIRST_CHUNKS = 64;
    private final ModelState state;

    ModelQueries(ModelState state) {
        this.state = state;
    }

    @SuppressWarnings("unchecked")
    <R> R answer(Query<R> query) {
        return (R) ask(query);
    }

    private Object ask(Query<?> query) {
        if (query instanceof Query.GetCluster) {
            return state.cluster();
        } else if (query instanceof Query.ListNodes) {
            return state.nodes.values().stream()
                    .map(node -> new Query.NodeUsage(
                            node,
                            on(node.id()).count(),
                            on(node.id()).mapToLong(ChunkRecord::length).sum(),
                            state.leftBehind.getOrDefault(node.id(), 0L)))
                    .toList();
        } else if (query instanceof Query.ListSessions) {
            return sessions();
        } else if (query instanceof Query.GetCounts) {
            return counts();
        } else if (query instanceof Query.GetSpace) {
            return state.space.answer();
        } else if (query instanceof Query.ListBucketSpace list) {
            return state.space.buckets(list);
        } else if (query instanceof Query.GetWorker get) {
            return state.workers.find(get.worker());
        } else if (query instanceof Query.FindBucket find) {
            return named(find.name()).map(bucket -> bucket.id);
        } else if (query instanceof Query.GetBucket get) {
            return named(get.name()).map(bucket -> bucket.info(true));
        } else if (query instanceof Query.ListBuckets list) {
            return buckets(list);
        } else if (query instanceof Query.ListVersions list) {
            return versions(list);
        } else if (query instanceof Query.StatUpload stat) {
            ModelUploads.Upload upload = state.uploads.find(stat.upload());
            return new Query.UploadState(
                    upload.completed == null ? Optional.of(upload.info) : Optional.empty(),
                    Optional.ofNullable(upload.completed));
        } else if (query instanceof Query.ListParts list) {
            ModelUploads.Upload upload = state.uploads.open(list.upload());
            List<PartInfo> parts = upload.parts.tailMap(list.after(), false).values().stream()
                    .map(ModelUploads.Part::info)
                    .toList();
            return new Query.PartPage(
                    upload.info, parts.stream().limit(list.limit()).toList(), parts.size() > list.limit());
        } else if (query instanceof Query.ListUploads list) {
            return uploads(list);
        } else if (query instanceof Query.ListOldUploads list) {
            return new Query.OldUploads(
                    state.uploads.all.values().stream()
                            .filter(upload -> upload.completed == null
                                    && (upload.info.created().toEpochMilli()
                                                    < state.now - list.maxAge().toMillis()
                                            || !state.buckets.containsKey(
                                                    upload.ref.bucket().value())))
                            .map(upload -> upload.info.id())
                            .toList(),
                    state.now - list.maxAge().toMillis(),
                    Optional.empty());
        } else if (query instanceof Query.ListObjectParts list) {
            ModelBucket.Version version = state.bucket(list.bucket()).readable(list.key(), list.version());
            List<ObjectPart> behind = version.content().parts().stream()
                    .filter(part -> part.number() > list.after())
                    .toList();
            return new Query.ObjectParts(
                    version.info(), behind.stream().limit(list.limit()).toList(), behind.size() > list.limit());
        } else if (query instanceof Query.StatObject stat) {
            return state.bucket(stat.bucket())
                    .readable(stat.key(), stat.version())
                    .info();
        } else if (query instanceof Query.OpenObject open) {
            return open(open);
        } else if (query instanceof Query.ListObjects list) {
            return list(list);
        }
        return ModelUsers.isAsked(query) ? state.users.answer(query) : askCopies(query);
    }

    private Object askCopies(Query<?> query) {
        if (query instanceof Query.ListChunks list) {
            ModelState.Blob blob = state.blobs.get(list.blob());
            return blob == null
                    ? List.of()
                    : blob.chunks.stream()
                            .skip(list.fromOrdinal())
                            .limit(list.limit())
                            .map(chunk -> blob.beforeFreed.getOrDefault(chunk.id(), chunk))
                            .toList();
        } else if (query instanceof Query.ListDeadBlobs list) {
            return state.blobs.entrySet().stream()
                    .filter(entry -> isDead(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .limit(list.limit())
                    .toList();
        } else if (query instanceof Query.ListFreed list) {
            return state.freed.entrySet().stream()
                    .filter(entry -> entry.getKey().node().equals(list.node()))
                    .filter(entry -> isBehind(list.after(), entry.getKey().chunk()))
                    .map(entry -> new Command.FreedCopy(
                            entry.getKey().node(), entry.getKey().chunk(), entry.getValue()))
                    .limit(list.limit())
                    .toList();
        } else if (query instanceof Query.ListPending list) {
            return state.pending.entrySet().stream()
                    .map(entry -> new Query.PendingCopy(
                            entry.getKey().node(), entry.getKey().chunk(), entry.getValue()))
                    .limit(list.limit())
                    .toList();
        } else if (query instanceof Query.ListRepairs list) {
            return lacking()
                    .filter(item -> blob(item).count > 0)
                    .sorted(Comparator.comparingInt(
                            (Query.RepairItem item) -> item.chunk().nodes().size()))
                    .limit(list.limit())
                    .toList();
        } else if (query instanceof Query.ExplainCopies explain) {
            return explain.chunks().stream()
                    .map(chunk -> state.explained(new ModelState.Copy(explain.node(), chunk)))
                    .toList();
        } else if (query instanceof Query.ScanChunks scan) {
            return chunks().filter(chunk -> isBehind(scan.after(), chunk.id()))
                    .limit(scan.limit())
                    .toList();
        }
        throw new AssertionError(query);
    }

    private static boolean isBehind(Optional<ChunkId> after, ChunkId chunk) {
        return after.map(mark -> chunk.compareTo(mark) > 0).orElse(true);
    }

    private static boolean isDead(ModelState.Blob blob) {
        return blob.count == 0
                && blob.chunks.stream().anyMatch(chunk -> !chunk.nodes().isEmpty());
    }

    private Stream<ChunkRecord> chunks() {
        return state.blobs.values().stream().flatMap(blob -> blob.chunks.stream());
    }

    private Stream<ChunkRecord> on(NodeId node) {
        return chunks().filter(chunk -> chunk.nodes().contains(node));
    }

    private ModelState.Blob blob(Query.RepairItem item) {
        ModelState.Blob blob = state.blobs.get(item.chunk().id().blob());
        if (blob == null) {
            throw new AssertionError(item);
        }
        return blob;
    }

    /** A dead blob's chunks stay counted until they are freed: the queue is cleaned as that is done. */
    private Stream<Query.RepairItem> lacking() {
        return state.blobs.values().stream()
                .flatMap(blob -> blob.chunks.stream()
                        .filter(chunk ->
                                !chunk.nodes().isEmpty() && chunk.nodes().size() != blob.wanted)
                        .map(chunk -> new Query.RepairItem(chunk, blob.wanted)));
    }

    private Query.Sessions sessions() {
        List<Query.SessionInfo> live = new ArrayList<>();
        state.sessions.forEach((id, session) -> {
            if (session.live) {
                live.add(new Query.SessionInfo(
                        id, session.process, session.writeMark, session.readMark, session.renewed));
            }
        });
        return new Query.Sessions(
                live,
                live.stream().mapToLong(Query.SessionInfo::readMark).reduce(state.applied.index() + 1, Math::min));
    }

    private Query.Counts counts() {
        return new Query.Counts(
                state.buckets.values().stream()
                        .mapToLong(bucket -> bucket.objects().size())
                        .sum(),
                state.blobs.size(),
                chunks().count(),
                state.blobs.values().stream().filter(ModelQueries::isDead).count(),
                state.freed.size(),
                state.pending.size(),
                lacking().count());
    }

    private Optional<ModelBucket> named(BucketName name) {
        return state.buckets.values().stream()
                .filter(bucket -> bucket.name.equals(name))
                .findFirst();
    }

    private Query.BucketPage buckets(Query.ListBuckets list) {
        List<BucketInfo> behind = state.buckets.values().stream()
                .filter(bucket -> list.owners().isEmpty() || list.owners().contains(bucket.owner))
                .filter(bucket -> bucket.name.value().startsWith(list.prefix()))
                .filter(bucket -> bucket.name.value().compareTo(list.after()) > 0)
                .map(bucket -> bucket.info(false))
                .sorted(Comparator.comparing(bucket -> bucket.name().value()))
                .toList();
        List<BucketInfo> page = behind.stream().limit(list.limit()).toList();
        return new Query.BucketPage(
                page,
                behind.size() > page.size()
                        ? Optional.of(page.get(page.size() - 1).name().value())
                        : Optional.empty());
    }

    private Query.OpenedObject open(Query.OpenObject open) {
        ModelState.SessionRow session = state.sessions.get(open.session());
        ModelState.require(session != null && session.live, Fault.UNAVAILABLE, "session");
        ModelBucket.Version version = state.bucket(open.bucket()).readable(open.key(), open.version());
        return new Query.OpenedObject(
                version.info(),
                content(version.content()),
                version.content().parts().stream()
                        .filter(part -> open.part()
                                .filter(number -> number == part.number())
                                .isPresent())
                        .findFirst(),
                state.applied.index());
    }

    private Query.Content content(ModelBucket.Content content) {
        byte[] inline = content.inline();
        if (inline != null) {
            return new Query.Content.Inline(inline);
        }
        boolean isBlob = !content.extents().isEmpty() && content.extents().get(0) instanceof Query.Slice;
        if (!isBlob) {
            return new Query.Content.Extents(content.extents(), List.of());
        }
        ModelState.Blob blob = state.blobs.get(((Query.Slice) content.extents().get(0)).blob());
        if (blob == null) {
            throw new AssertionError(content);
        }
        return new Query.Content.Extents(
                content.extents(), blob.chunks.stream().limit(FIRST_CHUNKS).toList());
    }

    /** Every version of the bucket, one after the other. */
    private Query.VersionPage versions(Query.ListVersions list) {
        List<ObjectInfo> found = new ArrayList<>();
        TreeSet<byte[]> rolled = new TreeSet<>(Arrays::compareUnsigned);
        Query.VersionsMark last = Query.VersionsMark.START;
        byte[] mark = list.after().key();
        ModelBucket bucket = state.bucket(list.bucket());
        for (ModelBucket.Version version : bucket.all()) {
            ObjectInfo info = version.info();
            byte[] key = info.key().bytes();
            byte[] group = group(key, list.prefix(), list.delimiter());
            boolean skipped = !startsWith(key, list.prefix())
                    || isNotBehind(bucket, info, list.after())
                    || (group != null && (Arrays.equals(group, mark) || rolled.contains(group)));
            if (skipped) {
                continue;
            }
            if (found.size() + rolled.size() == list.limit()) {
                return new Query.VersionPage(found, List.copyOf(rolled), Optional.of(last));
            }
            if (group == null) {
                found.add(info);
                last = new Query.VersionsMark(key, Optional.of(info.versionId()));
            } else {
                rolled.add(group);
                last = new Query.VersionsMark(group, Optional.empty());
            }
        }
        return new Query.VersionPage(found, List.copyOf(rolled), Optional.empty());
    }

    /** As the twin's queries ask: without prefix and delimiter. */
    private Query.UploadPage uploads(Query.ListUploads list) {
        state.bucket(list.bucket());
        List<UploadInfo> behind = state.uploads.all.values().stream()
                .filter(upload ->
                        upload.completed == null && upload.ref.bucket().equals(list.bucket()))
                .map(upload -> upload.info)
                .filter(info -> {
                    int order = Arrays.compareUnsigned(
                            info.key().bytes(), list.after().key());
                    return order > 0
                            || (order == 0
                                    && list.after()
                                            .upload()
                                            .map(mark -> info.id().compareTo(mark) > 0)
                                            .orElse(false));
                })
                .sorted(Comparator.comparing(UploadInfo::key).thenComparing(UploadInfo::id))
                .toList();
        List<UploadInfo> page = behind.stream().limit(list.limit()).toList();
        UploadInfo last = page.isEmpty() ? null : page.get(page.size() - 1);
        return new Query.UploadPage(
                page,
                List.of(),
                last == null || page.size() == behind.size()
                        ? Optional.empty()
                        : Optional.of(new Query.UploadsMark(last.key().bytes(), Optional.of(last.id()))));
    }

    private static boolean isNotBehind(ModelBucket bucket, ObjectInfo info, Query.VersionsMark after) {
        int order = Arrays.compareUnsigned(info.key().bytes(), after.key());
        if (order != 0 || after.version().isEmpty()) {
            return order <= 0;
        }
        VersionId id = after.version().get();
        ModelBucket.Version marked = bucket.find(info.key(), id);
        long number =
                !id.isNull() ? id.number() : marked == null ? 0 : marked.info().version();
        return info.version() >= number;
    }

    /** Every key of the bucket, one after the other. */
    private Query.ObjectPage list(Query.ListObjects list) {
        List<ObjectInfo> found = new ArrayList<>();
        TreeSet<byte[]> rolled = new TreeSet<>(Arrays::compareUnsigned);
        byte[] last = new byte[0];
        boolean more = false;
        for (ModelBucket.Version version : state.bucket(list.bucket()).objects()) {
            byte[] key = version.info().key().bytes();
            byte[] group = group(key, list.prefix(), list.delimiter());
            boolean skipped = !startsWith(key, list.prefix())
                    || Arrays.compareUnsigned(key, list.after()) <= 0
                    || (group != null && (Arrays.equals(group, list.after()) || rolled.contains(group)));
            if (skipped) {
                continue;
            }
            if (found.size() + rolled.size() == list.limit()) {
                more = true;
                break;
            }
            if (group == null) {
                found.add(version.info());
                last = key;
            } else {
                rolled.add(group);
                last = group;
            }
        }
        return new Query.ObjectPage(found, List.copyOf(rolled), more ? Optional.of(last) : Optional.empty());
    }

    private static byte @Nullable [] group(byte[] key, byte[] prefix, byte[] delimiter) {
        for (int at = prefix.length; delimiter.length > 0 && at + delimiter.length <= key.length; at++) {
            if (Arrays.equals(key, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return Arrays.copyOf(key, at + delimiter.length);
            }
        }
        return null;
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
