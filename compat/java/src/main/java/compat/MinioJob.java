package compat;

import static compat.Job.BIG;
import static compat.Job.BUCKET;
import static compat.Job.equal;
import static compat.Job.step;

import io.minio.BucketExistsArgs;
import io.minio.ComposeObjectArgs;
import io.minio.CopyObjectArgs;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectArgs;
import io.minio.RemoveObjectsArgs;
import io.minio.SetBucketVersioningArgs;
import io.minio.SourceObject;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.DeleteRequest;
import io.minio.messages.Item;
import io.minio.messages.VersioningConfiguration;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** minio-java. */
final class MinioJob {

    private static final long PART_BYTES = 8L << 20;

    private final MinioClient client = MinioClient.builder()
            .endpoint(Job.ENDPOINT)
            .region("us-east-1")
            .credentials(Job.ACCESS_KEY, Job.SECRET_KEY)
            .build();

    public static void main(String[] args) {
        new MinioJob().run();
        Job.done();
        System.exit(0); // The HTTP client's threads would hold the process.
    }

    private void run() {
        step("make a bucket", () -> {
            client.makeBucket(MakeBucketArgs.builder().bucket(BUCKET).build());
            equal(client.bucketExists(BucketExistsArgs.builder().bucket(BUCKET).build()), true);
        });
        step(
                "put the tree's files",
                () -> Job.eachFile((name, path) -> {
                    try (InputStream body = Files.newInputStream(path)) {
                        put("tree/" + name, body, Files.size(path));
                    }
                }));
        step(
                "get them and compare",
                () -> Job.eachFile((name, path) -> {
                    try (InputStream got = read("tree/" + name)) {
                        Job.same(got.readAllBytes(), Files.readAllBytes(path), name);
                    }
                }));
        step("upload in parts", () -> {
            client.uploadObject(UploadObjectArgs.builder()
                    .bucket(BUCKET)
                    .object("big")
                    .filename(BIG.toString(), PART_BYTES)
                    .build());
            Job.sameAsBig(read("big"));
        });
        step("upload a stream of unknown length", () -> {
            try (InputStream body = Files.newInputStream(BIG)) {
                put("streamed", body, -1);
            }
            Job.sameAsBig(read("streamed"));
        });
        step("ranged reads", this::ranges);
        step("copy, and compose of two objects", this::copies);
        step("list with a delimiter, in pages", this::list);
        step("presigned PUT and GET", this::presigned);
        step("versions: overwrite, list, get old, delete marker, remove", this::versions);
        step("delete many, remove the bucket", () -> {
            removeAll(BUCKET);
            client.removeBucket(RemoveBucketArgs.builder().bucket(BUCKET).build());
        });
    }

    private String put(String key, InputStream body, long size) throws Exception {
        return putIn(BUCKET, key, body, size);
    }

    private String putIn(String bucket, String key, InputStream body, long size) throws Exception {
        return client.putObject(PutObjectArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .stream(body, size, PART_BYTES)
                        .build())
                .versionId();
    }

    private InputStream read(String key) throws Exception {
        return client.getObject(
                GetObjectArgs.builder().bucket(BUCKET).object(key).build());
    }

    private void ranges() throws Exception {
        for (long begin : new long[] {0, PART_BYTES - 8, Files.size(BIG) - 30}) {
            try (InputStream got = client.getObject(GetObjectArgs.builder()
                    .bucket(BUCKET)
                    .object("big")
                    .offset(begin)
                    .length(30L)
                    .build())) {
                Job.same(got.readAllBytes(), Job.part(begin, 30), "from " + begin);
            }
        }
    }

    private void copies() throws Exception {
        SourceObject big = SourceObject.builder().bucket(BUCKET).object("big").build();
        client.copyObject(CopyObjectArgs.builder()
                .bucket(BUCKET)
                .object("copy ü+")
                .source(big)
                .build());
        Job.sameAsBig(read("copy ü+"));
        client.composeObject(ComposeObjectArgs.builder()
                .bucket(BUCKET)
                .object("composed")
                .sources(new ArrayList<>(List.of(big, big)))
                .build());
        equal(
                client.statObject(StatObjectArgs.builder()
                                .bucket(BUCKET)
                                .object("composed")
                                .build())
                        .size(),
                2 * Files.size(BIG));
    }

    private void list() throws Exception {
        var got = new TreeSet<String>();
        for (var item : client.listObjects(ListObjectsArgs.builder()
                .bucket(BUCKET)
                .prefix("tree/")
                .maxKeys(7)
                .build())) {
            got.add(item.get().objectName());
        }
        var wanted = new TreeSet<String>();
        for (String name : Job.files().keySet()) {
            int slash = name.indexOf('/');
            wanted.add("tree/" + (slash < 0 ? name : name.substring(0, slash + 1)));
        }
        equal(got, wanted);
    }

    private void presigned() throws Exception {
        HttpClient plain = HttpClient.newHttpClient();
        var sent = plain.send(
                HttpRequest.newBuilder(URI.create(link(Http.Method.PUT)))
                        .PUT(HttpRequest.BodyPublishers.ofString("presigned"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        equal(sent.statusCode() + sent.body(), "200");
        var got = plain.send(
                HttpRequest.newBuilder(URI.create(link(Http.Method.GET))).build(), HttpResponse.BodyHandlers.ofString());
        equal(got.body(), "presigned");
    }

    private String link(Http.Method method) throws Exception {
        return client.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
                .method(method)
                .bucket(BUCKET)
                .object("signed ü+/%?")
                .expiry(60)
                .build());
    }

    private void versions() throws Exception {
        String bucket = BUCKET + "-versions";
        client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        client.setBucketVersioning(SetBucketVersioningArgs.builder()
                .bucket(bucket)
                .config(new VersioningConfiguration(VersioningConfiguration.Status.ENABLED, null, null, null))
                .build());
        var ids = new ArrayList<String>();
        for (String text : List.of("one", "two")) {
            ids.add(putIn(bucket, "k", new java.io.ByteArrayInputStream(text.getBytes("UTF-8")), 3));
        }
        client.removeObject(
                RemoveObjectArgs.builder().bucket(bucket).object("k").build());
        try {
            client.statObject(StatObjectArgs.builder().bucket(bucket).object("k").build());
            throw new AssertionError("a deleted object has a head");
        } catch (ErrorResponseException e) {
            equal(e.response().code(), 404);
        }
        List<Item> found = items(bucket);
        equal(found.stream().filter(i -> !i.isDeleteMarker()).map(Item::versionId).toList(), List.of(ids.get(1), ids.get(0)));
        equal(found.stream().filter(Item::isDeleteMarker).count(), 1L);
        try (InputStream old = client.getObject(GetObjectArgs.builder()
                .bucket(bucket)
                .object("k")
                .versionId(ids.get(0))
                .build())) {
            equal(new String(old.readAllBytes(), "UTF-8"), "one");
        }
        removeAll(bucket);
        client.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    }

    private List<Item> items(String bucket) throws Exception {
        var found = new ArrayList<Item>();
        for (var item : client.listObjects(ListObjectsArgs.builder()
                .bucket(bucket)
                .recursive(true)
                .includeVersions(true)
                .build())) {
            found.add(item.get());
        }
        return found;
    }

    private void removeAll(String bucket) throws Exception {
        List<DeleteRequest.Object> all = items(bucket).stream()
                .map(i -> new DeleteRequest.Object(i.objectName(), i.versionId()))
                .toList();
        for (var error : client.removeObjects(
                RemoveObjectsArgs.builder().bucket(bucket).objects(all).build())) {
            throw new AssertionError(error.get().toString());
        }
    }
}
