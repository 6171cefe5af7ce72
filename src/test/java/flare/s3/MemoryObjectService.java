package flare.s3;

import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.ObjectPart;
import flare.model.WriteCondition;
import flare.object.ObjectService;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Objects in a map: what the object service promises, without anything that could fail by itself. */
final class MemoryObjectService implements ObjectService {

    static final Instant EPOCH = Instant.parse("2026-01-02T03:04:05.678Z");

    private record Stored(ObjectInfo info, ByteString bytes) {}

    private final Materializer materializer;
    private final ConcurrentSkipListMap<ObjectKey, Stored> objects = new ConcurrentSkipListMap<>();
    private final AtomicLong versions = new AtomicLong();

    /** What happens to the bytes of a download on their way: tests make it fail half-way. */
    volatile UnaryOperator<Source<ByteString, NotUsed>> download = UnaryOperator.identity();

    /** How often something was copied, or tried to. */
    final AtomicLong copyCalls = new AtomicLong();

    /** When set, each put is refused with it, its body cancelled. */
    volatile Optional<Fault> refusePuts = Optional.empty();

    /** When set, each read fails with it: what stands there may be a delete marker. */
    volatile Optional<FlareException> refuseReads = Optional.empty();

    /** When set, each delete fails with it. */
    volatile Optional<RuntimeException> failDeletes = Optional.empty();

    /** What becomes of each copy: tests make it take long. */
    volatile Optional<CompletionStage<Copied>> copies = Optional.empty();

    final MemoryBucketService buckets = new MemoryBucketService(this::keys);

    MemoryObjectService(Materializer materializer) {
        this.materializer = materializer;
    }

    List<String> keys() {
        return objects.keySet().stream().map(ObjectKey::text).toList();
    }

    @Override
    public CompletionStage<ObjectInfo> put(PutRequest request, Source<ByteString, ?> body) {
        Optional<Fault> refusal = refusePuts.or(() -> missing(request.bucket()));
        if (refusal.isPresent()) {
            body.runWith(Sink.cancelled(), materializer);
            return failed(refusal.get());
        }
        return body.runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
                .thenApply(bytes -> store(request, bytes));
    }

    private synchronized ObjectInfo store(PutRequest request, ByteString bytes) {
        if (request.length().isPresent() && request.length().get() != bytes.size()) {
            throw new FlareException(Fault.INCOMPLETE_BODY, "announced another length");
        }
        byte[] md5 = md5(bytes.toArray());
        if (request.contentMd5().isPresent()
                && !Arrays.equals(md5, request.contentMd5().get())) {
            throw new FlareException(Fault.BAD_DIGEST, "Content-MD5 is another");
        }
        Optional<Checksum> checksum = request.checks().verified(bytes);
        check(request.key(), request.condition());
        ObjectInfo info = new ObjectInfo(
                        request.key(),
                        versions.incrementAndGet(),
                        bytes.size(),
                        HexFormat.of().formatHex(md5),
                        EPOCH,
                        request.attributes())
                .withExtras(request.extras().withChecksum(checksum));
        objects.put(request.key(), new Stored(info, bytes));
        return info;
    }

    private void check(ObjectKey key, WriteCondition condition) {
        String etag = Optional.ofNullable(objects.get(key))
                .map(stored -> stored.info().etag())
                .orElse(null);
        boolean matches = condition.ifMatch().isEmpty()
                || (etag != null
                        && (condition.ifMatch().contains(etag)
                                || condition.ifMatch().contains("*")));
        boolean none = etag == null
                || !(condition.ifNoneMatch().contains(etag)
                        || condition.ifNoneMatch().contains("*"));
        if (!matches || !none) {
            Fault fault = matches || etag != null ? Fault.PRECONDITION_FAILED : Fault.NO_SUCH_KEY;
            throw new FlareException(fault, "the condition does not hold");
        }
    }

    @Override
    public CompletionStage<ObjectRead> get(VersionRef object, Function<ObjectInfo, Optional<ByteRange>> range) {
        Stored stored = objects.get(object.key());
        if (refuseReads.isPresent()) {
            return CompletableFuture.failedFuture(refuseReads.get());
        } else if (stored == null) {
            return failed(missing(object.bucket()).orElse(Fault.NO_SUCH_KEY));
        }
        try {
            Optional<ByteRange> wanted = range.apply(stored.info());
            ByteString bytes = wanted.map(part -> stored.bytes().slice((int) part.offset(), (int) part.end()))
                    .orElse(stored.bytes());
            return CompletableFuture.completedFuture(
                    new ObjectRead(stored.info(), wanted, download.apply(Source.single(bytes))));
        } catch (FlareException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<ObjectRead> getPart(VersionRef object, int part, Consumer<ObjectInfo> check) {
        return get(object, info -> {
                    check.accept(info);
                    if (part != 1) {
                        throw new FlareException(Fault.NO_SUCH_PART, "here objects have one part");
                    }
                    return info.size() == 0 ? Optional.empty() : Optional.of(new ByteRange(0, info.size()));
                })
                .thenApply(read -> read.of(Optional.of(whole(read.info()))));
    }

    private static ObjectPart whole(ObjectInfo info) {
        return new ObjectPart(1, 0, info.size(), info.extras().checksum());
    }

    @Override
    public CompletionStage<PartsPage> parts(VersionRef object, int after, int limit) {
        return head(object).thenApply(info -> new PartsPage(info, List.of(), false));
    }

    @Override
    public CompletionStage<Copied> copy(CopyRequest request) {
        copyCalls.incrementAndGet();
        if (copies.isPresent()) {
            return copies.get();
        }
        Stored source = objects.get(request.source().key());
        if (source == null) {
            return failed(Fault.NO_SUCH_KEY);
        }
        ObjectExtras extras = source.info().extras().withOwner(request.owner());
        ObjectInfo copy = new ObjectInfo(
                        request.key(),
                        versions.incrementAndGet(),
                        source.info().size(),
                        source.info().etag(),
                        EPOCH,
                        source.info().attributes())
                .withExtras(request.acl().map(extras::withAcl).orElse(extras));
        objects.put(request.key(), new Stored(copy, source.bytes()));
        return CompletableFuture.completedFuture(new Copied(copy, source.info()));
    }

    @Override
    public CompletionStage<ObjectInfo> setTags(VersionRef object, Map<String, String> tags) {
        return amended(object, info -> info.withExtras(info.extras().withTags(tags)));
    }

    private CompletionStage<ObjectInfo> amended(VersionRef object, UnaryOperator<ObjectInfo> change) {
        objects.computeIfPresent(
                object.key(), (key, stored) -> new Stored(change.apply(stored.info()), stored.bytes()));
        return head(object);
    }

    @Override
    public CompletionStage<ObjectInfo> setAcl(VersionRef object, String acl) {
        return amended(object, info -> info.withExtras(info.extras().withAcl(acl)));
    }

    @Override
    public CompletionStage<VersionListing> listVersions(VersionsRequest request) {
        return failed(Fault.NOT_IMPLEMENTED);
    }

    @Override
    public ObjectService in(BucketInfo bucket) {
        return this;
    }

    @Override
    public CompletionStage<ObjectInfo> head(VersionRef object) {
        Stored stored = objects.get(object.key());
        if (refuseReads.isPresent()) {
            return CompletableFuture.failedFuture(refuseReads.get());
        }
        return stored == null
                ? failed(missing(object.bucket()).orElse(Fault.NO_SUCH_KEY))
                : CompletableFuture.completedFuture(stored.info());
    }

    @Override
    public CompletionStage<Deletion> delete(VersionRef object, WriteCondition condition) {
        if (failDeletes.isPresent()) {
            return CompletableFuture.failedFuture(failDeletes.get());
        }
        try {
            check(object.key(), condition);
            boolean removed = objects.remove(object.key()) != null;
            return CompletableFuture.completedFuture(new Deletion(removed, Optional.empty(), false));
        } catch (FlareException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Listing> list(ListRequest request) {
        if (missing(request.bucket()).isPresent()) {
            return failed(Fault.NO_SUCH_BUCKET);
        } else if (request.limit() == 0) {
            return CompletableFuture.completedFuture(new Listing(List.of(), List.of(), Optional.empty()));
        }
        List<ObjectInfo> found = new ArrayList<>();
        List<byte[]> prefixes = new ArrayList<>();
        String prefix = new String(request.prefix(), java.nio.charset.StandardCharsets.UTF_8);
        String delimiter = new String(request.delimiter(), java.nio.charset.StandardCharsets.UTF_8);
        byte[] last = request.after();
        for (Stored stored : objects.values()) {
            String key = stored.info().key().text();
            int cut = delimiter.isEmpty() || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length());
            byte[] entry = utf8(cut < 0 ? key : key.substring(0, cut + delimiter.length()));
            boolean seen = Arrays.compareUnsigned(entry, last) <= 0 && last.length > 0;
            if (!key.startsWith(prefix) || seen) {
                continue;
            }
            if (found.size() + prefixes.size() == request.limit()) {
                return CompletableFuture.completedFuture(new Listing(found, prefixes, Optional.of(last)));
            }
            last = entry;
            if (cut < 0) {
                found.add(stored.info());
            } else {
                prefixes.add(entry);
            }
        }
        return CompletableFuture.completedFuture(new Listing(found, prefixes, Optional.empty()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private Optional<Fault> missing(BucketName bucket) {
        return buckets.has(bucket) ? Optional.empty() : Optional.of(Fault.NO_SUCH_BUCKET);
    }

    private static <T> CompletionStage<T> failed(Fault fault) {
        return CompletableFuture.failedFuture(new FlareException(fault, "refused: " + fault));
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
