package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import flare.chunk.Digests;
import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadRef;
import flare.model.VersionId;
import flare.model.WriteCondition;
import flare.object.MultipartService.CompleteRequest;
import flare.object.MultipartService.CompletedPart;
import flare.object.MultipartService.PartRequest;
import flare.object.ObjectService.CopyRequest;
import flare.object.ObjectService.CopySource;
import flare.object.ObjectService.VersionRef;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MultipartRoundTripTest {

    private static final BucketId ID = new BucketId(1);
    private static final ActorSystem system = ActorSystem.create("multipart");

    private final ObjectFixture flare = ObjectFixture.of(system, 3, 1);
    private final MultipartService uploads = ((StreamingObjectService) flare.service).multipart(1);

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @AfterEach
    void close() {
        flare.close();
    }

    /** Large parts become blobs, small ones are kept in the row: any mix reads back, in any range. */
    @Test
    void partsOfAnySizeReadBackAsOneObject() throws Exception {
        int[] lengths = {2 * CHUNK_BYTES + 7, 100, 1, CHUNK_BYTES, 4096, 0, 3 * CHUNK_BYTES + 1};
        UploadRef upload = begin(Optional.empty(), Checksum.Type.FULL_OBJECT);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MessageDigest md5s = Digests.newMd5();
        List<CompletedPart> parts = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            byte[] bytes = randomBytes(i, lengths[i]);
            PartInfo part = put(upload, 2 * i + 1, bytes, BodyChecks.NONE);
            assertThat(part.etag())
                    .isEqualTo(HexFormat.of().formatHex(Digests.newMd5().digest(bytes)));
            md5s.update(Digests.newMd5().digest(bytes));
            if (lengths[i] > 0) {
                all.writeBytes(bytes);
            }
            parts.add(new CompletedPart(part.number(), part.etag(), Optional.empty()));
        }
        parts.remove(5);
        md5s.reset();
        for (int i : new int[] {0, 1, 2, 3, 4, 6}) {
            md5s.update(Digests.newMd5().digest(randomBytes(i, lengths[i])));
        }
        ObjectInfo info = await(uploads.complete(complete(upload, parts)));
        assertThat(info.etag()).isEqualTo(HexFormat.of().formatHex(md5s.digest()) + "-6");
        byte[] expected = all.toByteArray();
        assertThat(flare.get()).isEqualTo(expected);
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            int from = random.nextInt(expected.length);
            int length = 1 + random.nextInt(Math.min(expected.length - from, i % 2 == 0 ? 200 : expected.length));
            assertThat(flare.get(Optional.of(new ByteRange(from, length))))
                    .as("range %d %d", from, length)
                    .isEqualTo(Arrays.copyOfRange(expected, from, from + length));
        }
        VersionRef ref = new VersionRef(BUCKET, KEY, Optional.empty());
        assertThat(await(flare.read(await(flare.service.getPart(ref, 7, any -> {}))))
                        .toArray())
                .isEqualTo(randomBytes(3, CHUNK_BYTES));
        assertThat(fault(flare.service.getPart(ref, 2, any -> {}))).isEqualTo(Fault.NO_SUCH_PART);
        assertThat(await(flare.service.parts(ref, 3, 2)).parts())
                .extracting(part -> part.number())
                .containsExactly(5, 7);
        assertThat(await(uploads.complete(complete(upload, parts))))
                .as("said again")
                .isEqualTo(info);
        assertThat(fault(uploads.find(upload))).isEqualTo(Fault.NO_SUCH_UPLOAD);
        assertThat(fault(uploads.abort(upload))).isEqualTo(Fault.NO_SUCH_UPLOAD);
    }

    @Test
    void copiesSharePartsAndRanges() {
        byte[] source = randomBytes(9, 3 * CHUNK_BYTES + 50);
        flare.put(source);
        ObjectKey other = ObjectKey.of("copy");
        UploadRef upload = new UploadRef(
                ID,
                other,
                await(uploads.create(new MultipartService.CreateRequest(
                        ID,
                        other,
                        ObjectAttributes.NONE,
                        ObjectExtras.NONE,
                        Optional.empty(),
                        Checksum.Type.COMPOSITE))));
        CopySource from = new CopySource(ID, KEY, Optional.empty(), seen -> {});
        ByteRange range = new ByteRange(CHUNK_BYTES - 3, CHUNK_BYTES);
        PartInfo one = await(uploads.copyPart(
                        new MultipartService.CopyPartRequest(upload, 1, from, seen -> Optional.of(range))))
                .part();
        PartInfo two = await(uploads.copyPart(
                        new MultipartService.CopyPartRequest(upload, 2, from, seen -> Optional.empty())))
                .part();
        assertThat(one.etag()).hasSize(34).endsWith("-1");
        assertThat(two.etag()).isEqualTo(await(flare.service.head(BUCKET, KEY)).etag());
        await(uploads.complete(complete(upload, parts(one, two))));
        byte[] expected = new byte[CHUNK_BYTES + source.length];
        System.arraycopy(source, CHUNK_BYTES - 3, expected, 0, CHUNK_BYTES);
        System.arraycopy(source, 0, expected, CHUNK_BYTES, source.length);
        await(flare.service.delete(BUCKET, KEY, WriteCondition.NONE));
        ObjectKey third = ObjectKey.of("third");
        ObjectService.Copied copied = await(flare.service.copy(new CopyRequest(
                new CopySource(ID, other, Optional.of(VersionId.NULL), seen -> {}),
                BUCKET,
                third,
                Optional.empty(),
                Optional.of(Map.of("a", "b")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                WriteCondition.NONE)));
        assertThat(copied.copy().etag()).isEqualTo(copied.source().etag());
        assertThat(await(flare.read(await(flare.service.get(BUCKET, third, info -> Optional.empty()))))
                        .toArray())
                .isEqualTo(expected);
    }

    @Test
    void checksumsAreVerifiedKeptAndJoined() {
        byte[] first = randomBytes(1, CHUNK_BYTES + 5);
        byte[] second = randomBytes(2, 77);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            Checksum.Type type = algorithm.isCrc() ? Checksum.Type.FULL_OBJECT : Checksum.Type.COMPOSITE;
            UploadRef upload = begin(Optional.of(algorithm), type);
            assertThat(fault(uploads.putPart(request(upload, 1, first, checks(algorithm, "AAAA")), body(first))))
                    .isEqualTo(Fault.BAD_DIGEST);
            PartInfo one = put(upload, 1, first, checks(algorithm, value(algorithm, first)));
            PartInfo two = put(upload, 2, second, checks(algorithm, value(algorithm, second)));
            assertThat(one.checksum().orElseThrow().value()).isEqualTo(value(algorithm, first));
            ObjectInfo info = await(uploads.complete(complete(upload, parts(one, two))));
            String kept = info.extras().checksum().orElseThrow().value();
            if (algorithm.isCrc()) {
                assertThat(kept).as("%s", algorithm).isEqualTo(value(algorithm, both));
            } else {
                assertThat(kept).endsWith("-2");
            }
        }
    }

    @Test
    void refusesPartsThatAreNotThereOrTooSmallOrOutOfOrder() {
        MultipartService strict = ((StreamingObjectService) flare.service).multipart(100);
        UploadRef upload = begin(Optional.empty(), Checksum.Type.FULL_OBJECT);
        PartInfo one = put(upload, 1, randomBytes(1, 99), BodyChecks.NONE);
        PartInfo two = put(upload, 2, randomBytes(2, 5), BodyChecks.NONE);
        assertThat(fault(strict.complete(complete(upload, parts(one, two))))).isEqualTo(Fault.ENTITY_TOO_SMALL);
        assertThat(fault(uploads.complete(complete(upload, parts(two, one))))).isEqualTo(Fault.INVALID_PART_ORDER);
        assertThat(fault(uploads.complete(complete(upload, List.of())))).isEqualTo(Fault.INVALID_REQUEST);
        CompletedPart wrong = new CompletedPart(1, two.etag(), Optional.empty());
        assertThat(fault(uploads.complete(complete(upload, List.of(wrong))))).isEqualTo(Fault.INVALID_PART);
        CompletedPart absent = new CompletedPart(3, two.etag(), Optional.empty());
        assertThat(fault(uploads.complete(complete(upload, List.of(absent))))).isEqualTo(Fault.INVALID_PART);
        CompletedPart claimed = new CompletedPart(1, one.etag(), Optional.of("AAAA"));
        assertThat(fault(uploads.complete(complete(upload, List.of(claimed))))).isEqualTo(Fault.INVALID_PART);
        assertThat(fault(uploads.complete(new CompleteRequest(
                        upload, parts(one), Optional.of("AAAA"), Optional.empty(), WriteCondition.NONE))))
                .isEqualTo(Fault.BAD_DIGEST);
        assertThat(fault(uploads.complete(new CompleteRequest(
                        upload, parts(one), Optional.empty(), Optional.of(1L), WriteCondition.NONE))))
                .isEqualTo(Fault.INVALID_REQUEST);
        assertThat(fault(uploads.putPart(request(upload, 0, new byte[1], BodyChecks.NONE), body(new byte[1]))))
                .isEqualTo(Fault.INVALID_ARGUMENT);
        await(uploads.abort(upload));
        assertThat(fault(uploads.putPart(request(upload, 1, new byte[1], BodyChecks.NONE), body(new byte[1]))))
                .isEqualTo(Fault.NO_SUCH_UPLOAD);
        assertThat(fault(uploads.complete(complete(upload, parts(one))))).isEqualTo(Fault.NO_SUCH_UPLOAD);
    }

    // ---- words

    private UploadRef begin(Optional<ChecksumAlgorithm> algorithm, Checksum.Type type) {
        return new UploadRef(
                ID,
                KEY,
                await(uploads.create(new MultipartService.CreateRequest(
                        ID, KEY, ObjectAttributes.NONE, ObjectExtras.NONE, algorithm, type))));
    }

    private PartInfo put(UploadRef upload, int number, byte[] bytes, BodyChecks checks) {
        return await(uploads.putPart(
                request(upload, number, bytes, checks),
                bytes.length == 0 ? org.apache.pekko.stream.javadsl.Source.empty() : body(bytes)));
    }

    private static PartRequest request(UploadRef upload, int number, byte[] bytes, BodyChecks checks) {
        return new PartRequest(upload, number, Optional.of((long) bytes.length), Optional.empty(), checks);
    }

    private static BodyChecks checks(ChecksumAlgorithm algorithm, String expected) {
        return new BodyChecks(
                Set.of(algorithm), Optional.of(algorithm), () -> List.of(new BodyChecks.Expected(algorithm, expected)));
    }

    private static String value(ChecksumAlgorithm algorithm, byte[] bytes) {
        ChecksumAlgorithm.Running running = algorithm.start();
        running.update(ByteBuffer.wrap(bytes));
        return Base64.getEncoder().encodeToString(running.finish());
    }

    private static List<CompletedPart> parts(PartInfo... parts) {
        return Arrays.stream(parts)
                .map(part -> new CompletedPart(part.number(), part.etag(), Optional.empty()))
                .toList();
    }

    private static CompleteRequest complete(UploadRef upload, List<CompletedPart> parts) {
        return new CompleteRequest(upload, parts, Optional.empty(), Optional.empty(), WriteCondition.NONE);
    }
}
