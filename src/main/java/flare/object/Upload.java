package flare.object;

import flare.chunk.Chunk;
import flare.chunk.Chunker;
import flare.chunk.Digests;
import flare.config.ObjectSettings;
import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.Command.NewContent;
import flare.model.BlobId;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.telemetry.CrashPoint;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to store one object: its bytes become durable chunks, or stay inline, and then one command makes them the
 * object (I6). Leases a blob when the first chunk needs one and says on every path what became of it: settled when the
 * commit is known to have succeeded, abandoned when it is known that it never will, neither while that is open (I7).
 */
final class Upload {

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final UploadBody request;
    private final BodyChecks.Run checks;
    private final ClusterSettings cluster;
    private final ObjectSettings settings;
    private final int quorum;
    private final UploadTrace trace = new UploadTrace();
    private final OutstandingBytes outstanding = new OutstandingBytes();
    /** Nodes that failed this upload before: not asked again while others can be. */
    private final Set<NodeId> avoided = ConcurrentHashMap.newKeySet();

    private volatile @Nullable BlobId blob;
    private volatile ByteString inline = ByteString.emptyByteString();
    /** Whether a command was handed over that is not known to have been refused. */
    private volatile boolean outcomeOpen;

    Upload(ObjectEnvironment environment, ObjectMetrics metrics, UploadBody request) {
        this.environment = environment;
        this.metrics = metrics;
        this.request = request;
        this.checks = request.checks().start();
        this.settings = environment.settings();
        this.cluster = environment.cluster().get();
        this.quorum = Quorum.of(cluster.wantedCopies(), settings.writeQuorum());
    }

    /** Stores the bytes. Until {@link #commit} nothing refers to them. */
    CompletionStage<Stored> store(Source<ByteString, ?> body) {
        Digests digests = new Digests(
                wantsMd5(), request.length(), settings.maxObjectSize().bytes());
        Chunker chunker =
                new Chunker(cluster.chunkBytes(), settings.inlineLimit().toInt());
        Pair<CompletionStage<Digests.Summary>, CompletionStage<List<ChunkRecord>>> running = checks.over(body)
                .viaMat(digests, Keep.right())
                .via(chunker)
                .mapAsync(settings.uploadChunksInFlight() + 1, this::keep)
                .mapConcat(kept -> kept.map(List::of).orElse(List.of()))
                .toMat(Sink.seq(), Keep.both())
                .run(environment.materializer());
        return running.second()
                .thenCombine(running.first(), Stored::new)
                .thenApply(this::checked)
                .whenComplete((stored, failure) -> {
                    if (failure != null) {
                        abandon();
                    }
                });
    }

    /** Takes all of a small body for the command. Fails with BAD_DIGEST as {@link #store} does. */
    CompletionStage<Stored> keepInline(ByteString body) {
        inline = body;
        checks.update(body);
        Optional<byte[]> md5 =
                wantsMd5() ? Optional.of(Digests.newMd5().digest(body.toArrayUnsafe())) : Optional.empty();
        try {
            return CompletableFuture.completedFuture(
                    checked(new Stored(List.of(), new Digests.Summary(body.size(), md5))));
        } catch (FlareException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private boolean wantsMd5() {
        return settings.etag() == ObjectSettings.Etag.MD5
                || request.contentMd5().isPresent();
    }

    /** @param chunks empty for an inline object */
    record Stored(List<ChunkRecord> chunks, Digests.Summary body) {}

    /** Makes one chunk durable, or keeps it for the command if it is all of a small object. */
    private CompletionStage<Optional<ChunkRecord>> keep(Chunk chunk) {
        if (chunk.ordinal() == 0 && chunk.endsBody() && isInline(chunk.whole())) {
            inline = chunk.whole().orElseThrow();
            return CompletableFuture.completedFuture(Optional.empty());
        }
        ChunkId id = new ChunkId(leasedBlob(), chunk.ordinal());
        long startNanos = environment.nanos().getAsLong();
        CompletionStage<StoredCopies> stored = nodesFor(id).thenCompose(nodes -> fanOut(chunk, id, nodes));
        trace.expect(stored);
        return stored.thenApply(copies -> {
            avoided.addAll(copies.failed());
            metrics.chunkWritten(environment.nanos().getAsLong() - startNanos);
            return Optional.of(new ChunkRecord(id, copies.length(), copies.crc32c(), copies.nodes()));
        });
    }

    private CompletionStage<StoredCopies> fanOut(Chunk chunk, ChunkId id, List<NodeId> nodes) {
        CopyOrder order = new CopyOrder(id, nodes, avoided, quorum, lengthOf(chunk));
        CopyFan fan = new CopyFan(environment, metrics, order, trace, outstanding);
        return chunk.bytes().runWith(fan, environment.materializer());
    }

    private boolean isInline(Optional<ByteString> whole) {
        return whole.isPresent() && whole.get().size() <= settings.inlineLimit().bytes();
    }

    /** Called for one chunk after the other, in the body's stream. */
    private BlobId leasedBlob() {
        BlobId leased = blob;
        if (leased == null) {
            leased = environment.metadata().session().newBlob();
            blob = leased;
        }
        return leased;
    }

    private long lengthOf(Chunk chunk) {
        if (chunk.whole().isPresent()) {
            return chunk.whole().get().size();
        }
        long before = (long) chunk.ordinal() * cluster.chunkBytes();
        return request.length()
                .map(length -> Math.min(cluster.chunkBytes(), length - before))
                .orElse(-1L);
    }

    private CompletionStage<List<NodeId>> nodesFor(ChunkId id) {
        Set<NodeId> avoid = Set.copyOf(avoided);
        return environment.placement().place(id, cluster.wantedCopies(), avoid).thenCompose(nodes -> {
            if (nodes.size() >= quorum) {
                return CompletableFuture.completedFuture(nodes);
            }
            // A node that failed this upload before is better than none.
            CompletionStage<List<NodeId>> any = avoid.isEmpty()
                    ? CompletableFuture.completedFuture(nodes)
                    : environment.placement().place(id, cluster.wantedCopies(), Set.of());
            return any.thenCompose(found -> found.size() >= quorum
                    ? CompletableFuture.completedFuture(found)
                    : WantOfNodes.explain(environment, quorum, found.size()));
        });
    }

    private Stored checked(Stored stored) {
        long length = stored.chunks().stream().mapToLong(ChunkRecord::length).sum() + inline.size();
        if (length != stored.body().length()) {
            throw new IllegalStateException(
                    "chunks hold " + length + " of " + stored.body().length() + " bytes");
        }
        Optional<byte[]> expected = request.contentMd5();
        if (expected.isPresent()
                && !MessageDigest.isEqual(expected.get(), stored.body().md5().orElseThrow())) {
            throw new FlareException(
                    Fault.BAD_DIGEST,
                    "the body's MD5 is " + Etags.ofMd5(stored.body().md5().orElseThrow()) + ", announced was "
                            + Etags.ofMd5(expected.get()));
        }
        checks.verify();
        return stored;
    }

    /** What the command is to say of the bytes. */
    record Bytes(long size, String etag, Optional<Checksum> checksum, NewContent content) {}

    /**
     * Submits the one command. Fails with UNAVAILABLE if the answer takes longer than the limit; what becomes of the blob
     * is then said when the answer does come.
     */
    <T> CompletionStage<T> commit(Stored stored, Function<Bytes, Command<T>> command) {
        if (blob != null) {
            CrashPoint.BLOB_DURABLE.reached();
        }
        long startNanos = environment.nanos().getAsLong();
        CompletionStage<T> submitted = CompletableFuture.completedFuture(stored)
                .thenCompose(kept -> submit(command.apply(bytes(kept))))
                .whenComplete((info, failure) -> {
                    metrics.committed(environment.nanos().getAsLong() - startNanos);
                    conclude(stored, failure);
                });
        return CommitLimit.bound(submitted, settings.commitTimeout());
    }

    private <T> CompletionStage<T> submit(Command<T> command) {
        CompletionStage<T> answer = environment.metadata().submit(command);
        outcomeOpen = true;
        return answer.whenComplete((info, failure) -> outcomeOpen = !isRefusal(failure));
    }

    /** UNAVAILABLE is none: it says that the blob's session ended, and not what came of the command before. */
    private static boolean isRefusal(@Nullable Throwable failure) {
        return failure != null
                && Failures.unwrap(failure) instanceof FlareException refused
                && refused.fault() != Fault.UNAVAILABLE;
    }

    private Bytes bytes(Stored stored) {
        BlobId leased = blob;
        byte[] content = inline.toArray();
        return new Bytes(
                stored.body().length(),
                etag(stored, content),
                checks.kept(),
                leased == null
                        ? new NewContent.Inline(content)
                        : new NewContent.Blob(leased, cluster.wantedCopies(), stored.chunks()));
    }

    /** The command was answered, or could not be submitted: says what becomes of the blob. */
    private void conclude(Stored stored, @Nullable Throwable failure) {
        BlobId leased = blob;
        if (leased == null) {
            return;
        }
        if (failure == null) {
            settle(leased);
            trace.leaveOver(environment.metadata().session(), leased, stored.chunks(), settings.commitTimeout());
        } else if (!outcomeOpen) {
            abandon();
        } else if (Failures.is(Fault.UNAVAILABLE, failure)) {
            // The blob's session ended, and with it every chance of a later commit. Whether it was committed before is
            // for the sweep to see; to call it abandoned could be wrong.
            settle(leased);
        }
        // Anything else is a bug, and the outcome unknown: the blob stays in flight.
    }

    private void settle(BlobId leased) {
        UploadTrace.report(() -> environment.metadata().session().settled(leased));
    }

    private String etag(Stored stored, byte[] content) {
        if (settings.etag() == ObjectSettings.Etag.MD5) {
            return Etags.ofMd5(stored.body().md5().orElseThrow());
        }
        BlobId leased = blob;
        return leased == null ? Etags.ofContent(content) : Etags.ofBlob(leased);
    }

    /** The blob will never be committed. */
    void abandon() {
        BlobId leased = blob;
        if (leased != null) {
            trace.abandon(environment.metadata().session(), leased, settings.commitTimeout());
        }
    }
}
