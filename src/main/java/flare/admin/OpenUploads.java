package flare.admin;

import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.BucketInfo;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.PartInfo;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The multipart uploads that are open, in the order of buckets and keys: shown, and aborted. */
final class OpenUploads {

    /** Rows asked for at once. */
    private static final int PAGE = 1_000;

    private static final byte[] NONE = {};

    private final Metadata metadata;
    private final Clock clock;

    OpenUploads(Metadata metadata, Clock clock) {
        this.metadata = metadata;
        this.clock = clock;
    }

    private record Found(BucketInfo bucket, UploadInfo upload) {
        UploadRef ref() {
            return new UploadRef(bucket.id(), upload.key(), upload.id());
        }
    }

    /** What was found so far; one more than is wanted tells that there are more. */
    private record Search(UploadFilter filter, Optional<Instant> createdBefore, List<Found> found) {

        void look(BucketInfo bucket, UploadInfo upload) {
            boolean old = createdBefore.isEmpty() || upload.created().isBefore(createdBefore.get());
            boolean meant = filter.id().isEmpty() || filter.id().get().equals(upload.id());
            if (old && meant && !isDone()) {
                found.add(new Found(bucket, upload));
            }
        }

        boolean isDone() {
            return found.size() > filter.limit();
        }

        List<Found> wanted() {
            return found.subList(0, Math.min(found.size(), filter.limit()));
        }
    }

    CompletionStage<UploadList> list(UploadFilter filter) {
        return search(filter).thenCompose(search -> {
            CompletionStage<List<UploadStatus>> statuses = CompletableFuture.completedStage(new ArrayList<>());
            for (Found found : search.wanted()) {
                statuses = statuses.thenCompose(list -> status(found, 0, 0, 0).thenApply(status -> {
                    status.ifPresent(list::add);
                    return list;
                }));
            }
            return statuses.thenApply(list -> new UploadList(list, search.isDone()));
        });
    }

    /** Refuses with INVALID_ARGUMENT to abort whatever there is. */
    CompletionStage<AbortedUploads> abort(UploadFilter filter) {
        if (filter.id().isEmpty() && filter.olderThan().isEmpty()) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT,
                    "an upload's id or an age (older-than) is needed: which are to be aborted?");
        }
        return search(filter).thenCompose(search -> {
            CompletionStage<Integer> aborted = CompletableFuture.completedStage(0);
            for (Found found : search.wanted()) {
                aborted = aborted.thenCompose(count -> abort(found).thenApply(done -> count + (done ? 1 : 0)));
            }
            return aborted.thenApply(count -> new AbortedUploads(count, search.isDone()));
        });
    }

    private CompletionStage<Boolean> abort(Found found) {
        return metadata.submit(new Command.AbortUpload(found.ref()))
                .thenApply(done -> true)
                .exceptionally(failure -> unlessGone(failure, false));
    }

    private CompletionStage<Search> search(UploadFilter filter) {
        Search search = new Search(filter, filter.olderThan().map(clock.instant()::minus), new ArrayList<>());
        CompletionStage<Search> searched = filter.bucket().isEmpty()
                ? everyBucket(search, "")
                : metadata.read(new Query.GetBucket(filter.bucket().get()))
                        .thenCompose(bucket -> inBucket(
                                search,
                                bucket.orElseThrow(() -> new FlareException(
                                        Fault.NO_SUCH_BUCKET,
                                        "there is no bucket '" + filter.bucket().get() + "'")),
                                Query.UploadsMark.START));
        return searched.thenApply(ended -> {
            if (filter.id().isPresent() && ended.found().isEmpty()) {
                throw new FlareException(
                        Fault.NO_SUCH_UPLOAD,
                        "there is no such open upload: " + filter.id().get());
            }
            return ended;
        });
    }

    private CompletionStage<Search> everyBucket(Search search, String after) {
        return metadata.read(new Query.ListBuckets(Set.of(), "", after, PAGE)).thenCompose(page -> {
            CompletionStage<Search> searched = CompletableFuture.completedStage(search);
            for (BucketInfo bucket : page.buckets()) {
                searched = searched.thenCompose(so -> inBucket(so, bucket, Query.UploadsMark.START));
            }
            return searched.thenCompose(so -> page.next().isEmpty() || so.isDone()
                    ? CompletableFuture.completedStage(so)
                    : everyBucket(so, page.next().get()));
        });
    }

    private CompletionStage<Search> inBucket(Search search, BucketInfo bucket, Query.UploadsMark after) {
        if (search.isDone()) {
            return CompletableFuture.completedStage(search);
        }
        return metadata.read(new Query.ListUploads(bucket.id(), NONE, NONE, after, PAGE))
                .thenCompose(page -> {
                    page.uploads().forEach(upload -> search.look(bucket, upload));
                    return page.next().isEmpty()
                            ? CompletableFuture.completedStage(search)
                            : inBucket(search, bucket, page.next().get());
                });
    }

    /** Empty for an upload that ended meanwhile. */
    private CompletionStage<Optional<UploadStatus>> status(Found found, int after, int parts, long bytes) {
        return metadata.read(new Query.ListParts(found.ref(), after, PAGE))
                .thenCompose(page -> {
                    int allParts = parts + page.parts().size();
                    long allBytes = bytes
                            + page.parts().stream().mapToLong(PartInfo::size).sum();
                    return page.more()
                            ? status(
                                    found,
                                    page.parts().get(page.parts().size() - 1).number(),
                                    allParts,
                                    allBytes)
                            : CompletableFuture.completedStage(Optional.of(status(found, allParts, allBytes)));
                })
                .exceptionally(failure -> unlessGone(failure, Optional.empty()));
    }

    private static UploadStatus status(Found found, int parts, long bytes) {
        return new UploadStatus(
                found.bucket().name().value(),
                found.upload().key().text(),
                found.upload().id().toString(),
                found.upload().created().toString(),
                parts,
                bytes);
    }

    private static <T> T unlessGone(Throwable failure, T gone) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof FlareException known
                && (known.fault() == Fault.NO_SUCH_UPLOAD || known.fault() == Fault.NO_SUCH_BUCKET)) {
            return gone;
        }
        throw new CompletionException(cause);
    }
}
