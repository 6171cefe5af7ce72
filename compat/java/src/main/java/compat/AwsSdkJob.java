package compat;

import static compat.Job.BIG;
import static compat.Job.BUCKET;
import static compat.Job.equal;
import static compat.Job.step;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/** AWS SDK for Java v2, with its default checksums. */
final class AwsSdkJob {

    private final S3Client s3 = S3Client.builder()
            .endpointOverride(URI.create(Job.ENDPOINT))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .build();

    public static void main(String[] args) {
        new AwsSdkJob().run();
        Job.done();
        System.exit(0); // The async client's threads would hold the process.
    }

    private void run() {
        step("make a bucket", () -> {
            s3.createBucket(b -> b.bucket(BUCKET));
            equal(s3.listBuckets().buckets().stream().anyMatch(b -> b.name().equals(BUCKET)), true);
        });
        step(
                "put the tree's files",
                () -> Job.eachFile((name, path) ->
                        s3.putObject(r -> r.bucket(BUCKET).key("tree/" + name), RequestBody.fromFile(path))));
        step(
                "get them and compare",
                () -> Job.eachFile(
                        (name, path) -> Job.same(read("tree/" + name).readAllBytes(), Files.readAllBytes(path), name)));
        step("put a big stream", () -> {
            s3.putObject(
                    r -> r.bucket(BUCKET).key("streamed"),
                    RequestBody.fromInputStream(Files.newInputStream(BIG), Files.size(BIG)));
            Job.sameAsBig(read("streamed"));
        });
        step("transfer manager: upload and download in parts", this::transfer);
        step("ranged reads", this::ranges);
        for (ChecksumAlgorithm algorithm :
                List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
            step(algorithm + ": put and get", () -> {
                byte[] body = "123456789".repeat(1000).getBytes("UTF-8");
                s3.putObject(
                        r -> r.bucket(BUCKET).key("sum").checksumAlgorithm(algorithm), RequestBody.fromBytes(body));
                Job.same(
                        s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("sum").checksumMode("ENABLED"))
                                .asByteArray(),
                        body,
                        "sum");
            });
        }
        step("copy with new metadata", () -> {
            s3.copyObject(r -> r.sourceBucket(BUCKET)
                    .sourceKey("big")
                    .destinationBucket(BUCKET)
                    .destinationKey("copy ü+")
                    .metadataDirective(MetadataDirective.REPLACE)
                    .metadata(Map.of("colour", "blue")));
            ResponseInputStream<GetObjectResponse> copy = read("copy ü+");
            equal(copy.response().metadata(), Map.of("colour", "blue"));
            Job.sameAsBig(copy);
        });
        step("list with a delimiter, in pages", this::list);
        step("presigned PUT and GET", this::presigned);
        step("versions: overwrite, list, get old, delete marker, remove", this::versions);
        step("delete many, remove the bucket", () -> {
            for (var page : s3.listObjectsV2Paginator(r -> r.bucket(BUCKET))) {
                List<ObjectIdentifier> ids = page.contents().stream()
                        .map(o -> ObjectIdentifier.builder().key(o.key()).build())
                        .toList();
                equal(
                        s3.deleteObjects(r -> r.bucket(BUCKET).delete(d -> d.objects(ids)))
                                .errors(),
                        List.of());
            }
            s3.deleteBucket(r -> r.bucket(BUCKET));
        });
    }

    private ResponseInputStream<GetObjectResponse> read(String key) {
        return s3.getObject(r -> r.bucket(BUCKET).key(key));
    }

    private void transfer() throws Exception {
        try (S3AsyncClient async = S3AsyncClient.builder()
                        .endpointOverride(URI.create(Job.ENDPOINT))
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .multipartEnabled(true)
                        .build();
                S3TransferManager manager =
                        S3TransferManager.builder().s3Client(async).build()) {
            manager.uploadFile(u -> u.source(BIG).putObjectRequest(r -> r.bucket(BUCKET).key("big")))
                    .completionFuture()
                    .join();
            Path back = Job.WORK.resolve("back");
            manager.downloadFile(d ->
                            d.destination(back).getObjectRequest(r -> r.bucket(BUCKET).key("big")))
                    .completionFuture()
                    .join();
            Job.sameAsBig(Files.newInputStream(back));
        }
    }

    private void ranges() throws Exception {
        long size = Files.size(BIG);
        for (long begin : new long[] {0, 8_388_600, size - 30}) {
            byte[] got = s3.getObjectAsBytes(
                            r -> r.bucket(BUCKET).key("big").range("bytes=" + begin + "-" + (begin + 29)))
                    .asByteArray();
            Job.same(got, Job.part(begin, 30), "from " + begin);
        }
    }

    private void list() throws Exception {
        var prefixes = new TreeSet<String>();
        var keys = new TreeSet<String>();
        for (var page : s3.listObjectsV2Paginator(
                r -> r.bucket(BUCKET).prefix("tree/").delimiter("/").maxKeys(7))) {
            page.commonPrefixes().forEach(p -> prefixes.add(p.prefix()));
            page.contents().forEach(o -> keys.add(o.key()));
        }
        var wantedPrefixes = new TreeSet<String>();
        var wantedKeys = new TreeSet<String>();
        for (String name : Job.files().keySet()) {
            int slash = name.indexOf('/');
            (slash < 0 ? wantedKeys : wantedPrefixes).add("tree/" + (slash < 0 ? name : name.substring(0, slash + 1)));
        }
        equal(prefixes, wantedPrefixes);
        equal(keys, wantedKeys);
    }

    private void presigned() throws Exception {
        HttpClient plain = HttpClient.newHttpClient();
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(URI.create(Job.ENDPOINT))
                .region(Region.US_EAST_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build()) {
            URL put = presigner
                    .presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(1))
                            .putObjectRequest(r -> r.bucket(BUCKET).key("signed ü+/%?")))
                    .url();
            var sent = plain.send(
                    HttpRequest.newBuilder(put.toURI())
                            .PUT(HttpRequest.BodyPublishers.ofString("presigned"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            equal(sent.statusCode() + sent.body(), "200");
            URL get = presigner
                    .presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(1))
                            .getObjectRequest(r -> r.bucket(BUCKET).key("signed ü+/%?")))
                    .url();
            var got = plain.send(HttpRequest.newBuilder(get.toURI()).build(), HttpResponse.BodyHandlers.ofString());
            equal(got.body(), "presigned");
        }
    }

    private void versions() throws Exception {
        String bucket = BUCKET + "-versions";
        s3.createBucket(r -> r.bucket(bucket));
        s3.putBucketVersioning(
                r -> r.bucket(bucket).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        var ids = new ArrayList<String>();
        for (String text : List.of("one", "two")) {
            ids.add(s3.putObject(r -> r.bucket(bucket).key("k"), RequestBody.fromString(text))
                    .versionId());
        }
        String marker = s3.deleteObject(r -> r.bucket(bucket).key("k")).versionId();
        try {
            s3.headObject(r -> r.bucket(bucket).key("k"));
            throw new AssertionError("a deleted object has a head");
        } catch (NoSuchKeyException e) {
            equal(e.statusCode(), 404);
        }
        var found = s3.listObjectVersions(r -> r.bucket(bucket));
        equal(found.versions().stream().map(v -> v.versionId()).toList(), List.of(ids.get(1), ids.get(0)));
        equal(found.deleteMarkers().stream().map(m -> m.versionId()).toList(), List.of(marker));
        equal(
                s3.getObjectAsBytes(r -> r.bucket(bucket).key("k").versionId(ids.get(0)))
                        .asUtf8String(),
                "one");
        s3.deleteObject(r -> r.bucket(bucket).key("k").versionId(marker));
        equal(s3.getObjectAsBytes(r -> r.bucket(bucket).key("k")).asUtf8String(), "two");
        ids.forEach(id -> s3.deleteObject(r -> r.bucket(bucket).key("k").versionId(id)));
        s3.deleteBucket(r -> r.bucket(bucket));
    }
}
