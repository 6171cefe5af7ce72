package flare;

import flare.admin.DiskStatus;
import flare.data.DataNode;
import flare.data.LocalDataNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disks of this process as its health and metrics show them. */
final class OwnDisks {

    private static final Logger LOG = LoggerFactory.getLogger(OwnDisks.class);
    private static final Duration HEALTH_LIMIT = Duration.ofSeconds(2);
    /** A count reads the name of every chunk. */
    private static final Duration COUNT_EVERY = Duration.ofMinutes(5);

    private final List<Disk> disks = new ArrayList<>();

    void add(LocalDataNode node) {
        disks.add(new Disk(node));
    }

    /** Why a disk can't serve, a sentence each; never fails. A full one serves: it is read and freed. */
    CompletionStage<List<String>> obstacles() {
        CompletionStage<List<String>> all = CompletableFuture.completedStage(List.of());
        for (Disk disk : disks) {
            all = all.thenCombine(disk.obstacle(), (before, more) -> appended(before, more.stream()));
        }
        return all;
    }

    /** Never fails. */
    CompletionStage<List<DiskStatus>> status() {
        CompletionStage<List<DiskStatus>> all = CompletableFuture.completedStage(List.of());
        for (Disk disk : disks) {
            all = all.thenCombine(disk.status(), (before, more) -> appended(before, Stream.of(more)));
        }
        return all;
    }

    private static <T> List<T> appended(List<T> before, Stream<T> more) {
        return Stream.concat(before.stream(), more).toList();
    }

    private static final class Disk {
        private final LocalDataNode node;
        private long chunks = -1;
        private long countedNanos;
        private boolean counting;

        Disk(LocalDataNode node) {
            this.node = node;
        }

        private CompletableFuture<DataNode.NodeHealth> health() {
            return node.health().toCompletableFuture().orTimeout(HEALTH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }

        CompletionStage<Optional<String>> obstacle() {
            return health().handle((health, failure) -> {
                if (failure != null) {
                    return Optional.of("the disk of data node " + node.uuid() + " does not answer: " + failure);
                }
                return health.disk() == DataNode.DiskState.FAILED
                        ? Optional.of("the disk of data node " + node.uuid() + " failed")
                        : Optional.empty();
            });
        }

        CompletionStage<DiskStatus> status() {
            String uuid = node.uuid().toString();
            return health().handle((health, failure) -> failure != null
                    ? new DiskStatus(uuid, "unknown", -1, -1, chunks(false))
                    : new DiskStatus(
                            uuid,
                            health.disk().name().toLowerCase(Locale.ROOT),
                            health.freeBytes(),
                            health.totalBytes(),
                            chunks(health.disk() != DataNode.DiskState.FAILED)));
        }

        /** The latest count; has an old one taken anew, for the next time. */
        private synchronized long chunks(boolean countable) {
            boolean old = chunks < 0 || System.nanoTime() - countedNanos > COUNT_EVERY.toNanos();
            if (countable && old && !counting) {
                counting = true;
                node.store().count().whenComplete(this::counted);
            }
            return chunks;
        }

        private synchronized void counted(Long count, Throwable failure) {
            counting = false;
            countedNanos = System.nanoTime();
            if (failure == null) {
                chunks = count;
            } else {
                LOG.warn("The chunks of data node {} are not counted: {}", node.uuid(), failure.getMessage());
            }
        }
    }
}
