package flare.metadata;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectKey;
import flare.model.UploadRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that can be asked of a state, as text: equal for twins. */
final class StateDump {

    private static final int ALL = 10_000;

    private StateDump() {}

    static Map<String, String> of(ReplicatedState state, Iterable<BlobId> blobs, Iterable<Long> sessions) {
        Map<String, String> dump = new TreeMap<>();
        List<Query<?>> queries = new ArrayList<>(List.of(
                new Query.GetCluster(),
                new Query.ListNodes(),
                new Query.ListSessions(),
                new Query.GetCounts(),
                new Query.GetSpace(),
                new Query.ListBucketSpace("bucket0", 1),
                new Query.ListBucketSpace("", ALL),
                new Query.ListDeadBlobs(ALL),
                new Query.ListPending(ALL),
                new Query.ScanChunks(Optional.empty(), ALL)));
        List<ChunkId> chunks = new ArrayList<>();
        for (BlobId blob : blobs) {
            queries.add(new Query.ListChunks(blob, 1, 1));
            chunks.add(new ChunkId(blob, 0));
            chunks.add(new ChunkId(blob, 2));
        }
        for (int node = 1; node <= 5; node++) {
            queries.add(new Query.ListFreed(new NodeId(node), Optional.empty(), ALL));
            queries.add(new Query.ExplainCopies(new NodeId(node), chunks));
        }
        for (int bucket = 1; bucket <= 4; bucket++) {
            queries.add(new Query.FindBucket(new BucketName("bucket" + (bucket - 1))));
            queries.add(new Query.GetBucket(new BucketName("bucket" + (bucket - 1))));
            queries.add(new Query.ListBuckets(Set.of(bucket % 2 == 0 ? "" : "someone"), "", "bucket0", bucket));
            for (int key = 0; key < 6; key++) {
                BucketId id = new BucketId(bucket);
                queries.add(new Query.StatObject(id, ObjectKey.of("k" + key)));
                queries.add(new Query.OpenObject(
                        id, ObjectKey.of("k" + key), Optional.empty(), Optional.of(1 + key % 3), last(sessions)));
            }
        }
        for (String worker : RandomCommands.WORKERS) {
            queries.add(new Query.GetWorker(worker));
        }
        users(state, dump, queries);
        queries.forEach(query -> dump.put(query.toString(), answer(state, query)));
        // Which of two chunks with as many copies comes first is the store's business.
        state.query(new Query.ListRepairs(ALL)).forEach(item -> dump.put("repair " + item, ""));
        for (int bucket = 1; bucket <= 4; bucket++) {
            byte[] none = {};
            Query.ListObjects list = new Query.ListObjects(new BucketId(bucket), none, none, none, ALL);
            dump.put("objects of " + bucket, answer(state, list));
            versions(state, new BucketId(bucket), dump);
            uploads(state, new BucketId(bucket), dump);
        }
        return dump;
    }

    /** With their secrets, which no text of a user holds. */
    private static void users(ReplicatedState state, Map<String, String> dump, List<Query<?>> queries) {
        for (int user = 0; user < RandomUsers.USERS; user++) {
            queries.add(new Query.GetUser(RandomUsers.id(user)));
            queries.add(new Query.FindUser(RandomUsers.name(user)));
            queries.add(new Query.KnownUsers(Set.of(RandomUsers.name(user))));
            queries.add(new Query.ListUsers(RandomUsers.name(user).value(), 1));
            dump.put(
                    "name of " + user,
                    state.query(new Query.NameUsers(Set.of(RandomUsers.id(user))))
                            .toString());
        }
        for (int key = 0; key < RandomUsers.KEYS; key++) {
            String accessKey = RandomUsers.accessKey(key);
            queries.add(new Query.FindAccessKey(accessKey));
            dump.put(
                    "secret of " + accessKey,
                    state.query(new Query.FindAccessKey(accessKey))
                            .map(user -> String.valueOf(user.keys().get(accessKey))
                                    + user.keys().values().stream()
                                            .map(one -> one.pair().secret())
                                            .toList())
                            .orElse("none"));
        }
        queries.add(new Query.ListUsers("", 2));
    }

    /** All open uploads, in small pages, with their parts. */
    private static void uploads(ReplicatedState state, BucketId bucket, Map<String, String> dump) {
        byte[] none = {};
        dump.put("old uploads", answer(state, new Query.ListOldUploads(Optional.empty(), Duration.ofMillis(300), ALL)));
        Query.@Nullable UploadsMark after = Query.UploadsMark.START;
        for (int page = 0; after != null; page++) {
            Query.ListUploads list = new Query.ListUploads(bucket, none, none, after, 1 + page % 3);
            after = null;
            try {
                Query.UploadPage found = state.query(list);
                dump.put(
                        "uploads of " + bucket + ", page " + page,
                        found.uploads().toString());
                found.uploads().forEach(info -> {
                    UploadRef ref = new UploadRef(bucket, info.key(), info.id());
                    dump.put("upload " + ref, answer(state, new Query.StatUpload(ref)));
                    dump.put("parts of " + ref, answer(state, new Query.ListParts(ref, 1, 2)));
                });
                after = found.next().orElse(null);
            } catch (FlareException refused) {
                dump.put("uploads of " + bucket, refused.fault().toString());
            }
        }
    }

    /** All versions, in small pages, each also found by its id. */
    private static void versions(ReplicatedState state, BucketId bucket, Map<String, String> dump) {
        byte[] none = {};
        Query.@Nullable VersionsMark after = Query.VersionsMark.START;
        for (int page = 0; after != null; page++) {
            Query.ListVersions list = new Query.ListVersions(bucket, none, none, after, 1 + page % 3);
            dump.put("versions of " + bucket + ", page " + page, answer(state, list));
            after = null;
            try {
                Query.VersionPage found = state.query(list);
                found.versions().forEach(info -> {
                    Query<?> stat = new Query.StatObject(bucket, info.key(), Optional.of(info.versionId()));
                    dump.put(stat.toString(), answer(state, stat));
                });
                after = found.next().orElse(null);
            } catch (FlareException refused) {
                dump.put("versions of " + bucket, refused.fault().toString());
            }
        }
    }

    private static long last(Iterable<Long> sessions) {
        long last = 1;
        for (long session : sessions) {
            last = session;
        }
        return last;
    }

    private static String answer(ReplicatedState state, Query<?> query) {
        try {
            return text(state.query(query));
        } catch (FlareException refused) {
            return refused.fault() + " " + refused.deleteMarker();
        }
    }

    private static String text(Object answer) {
        if (answer instanceof Query.OpenedObject opened && opened.content() instanceof Query.Content.Inline inline) {
            return opened.info() + Arrays.toString(inline.bytes());
        } else if (answer instanceof Query.OpenedObject opened
                && opened.content() instanceof Query.Content.Extents content) {
            List<String> extents = new ArrayList<>();
            content.extents()
                    .forEach(extent -> extents.add(
                            extent instanceof Query.Run run ? Arrays.toString(run.bytes()) : extent.toString()));
            return opened.info() + " " + extents + content.firstChunks() + opened.part();
        } else if (answer instanceof Query.VersionPage page) {
            return page.versions()
                    + texts(page.commonPrefixes())
                    + page.next().map(mark -> Arrays.toString(mark.key()) + mark.version());
        } else if (answer instanceof Query.ObjectPage page) {
            return page.objects() + texts(page.commonPrefixes()) + page.next().map(Arrays::toString);
        }
        return String.valueOf(answer);
    }

    private static String texts(List<byte[]> prefixes) {
        return prefixes.stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList()
                .toString();
    }
}
