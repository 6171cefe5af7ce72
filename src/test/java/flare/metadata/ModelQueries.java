package flare.metadata;

import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
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
                            on(node.id()).mapToLong(ChunkRecord::length).sum()))
                    .toList();
        } else if (query instanceof Query.ListSessions) {
            return sessions();
        } else if (query instanceof Query.GetCounts) {
            return counts();
        } else if (query instanceof Query.FindBucket find) {
            return state.buckets.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(find.name()))
                    .map(entry -> new BucketId(entry.getKey()))
                    .findFirst();
        } else if (query instanceof Query.StatObject stat) {
            return version(stat.bucket(), stat.key()).info();
        } else if (query instanceof Query.OpenObject open) {
            return open(open);
        } else if (query instanceof Query.ListObjects list) {
            return list(list);
        }
        return askCopies(query);
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
                    .map(chunk -> state.standing(new ModelState.Copy(explain.node(), chunk)))
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
                state.objects.values().stream().mapToLong(Map::size).sum(),
                state.blobs.size(),
                chunks().count(),
                state.blobs.values().stream().filter(ModelQueries::isDead).count(),
                state.freed.size(),
                state.pending.size(),
                lacking().count());
    }

    private ModelState.Version version(BucketId bucket, ObjectKey key) {
        ModelState.Version version = state.bucket(bucket).get(key);
        if (version == null) {
            throw new FlareException(Fault.NO_SUCH_KEY, "no key " + key);
        }
        return version;
    }

    private Query.OpenedObject open(Query.OpenObject open) {
        ModelState.SessionRow session = state.sessions.get(open.session());
        ModelState.require(session != null && session.live, Fault.UNAVAILABLE, "session");
        ModelState.Version version = version(open.bucket(), open.key());
        Query.Content content = content(version);
        return new Query.OpenedObject(version.info(), content, state.applied.index());
    }

    private Query.Content content(ModelState.Version version) {
        byte[] inline = version.inline();
        if (inline != null) {
            return new Query.Content.Inline(inline);
        }
        ModelState.Blob blob = version.blob() == null ? null : state.blobs.get(version.blob());
        if (blob == null || version.blob() == null) {
            throw new AssertionError(version);
        }
        return new Query.Content.Slices(
                List.of(new Query.Slice(version.blob(), 0, blob.size)),
                blob.chunks.stream().limit(FIRST_CHUNKS).toList());
    }

    /** Every key of the bucket, one after the other. */
    private Query.ObjectPage list(Query.ListObjects list) {
        List<ObjectInfo> found = new ArrayList<>();
        TreeSet<byte[]> rolled = new TreeSet<>(Arrays::compareUnsigned);
        byte[] last = new byte[0];
        boolean more = false;
        for (ModelState.Version version : state.bucket(list.bucket()).values()) {
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
