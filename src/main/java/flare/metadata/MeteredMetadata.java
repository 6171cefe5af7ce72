package flare.metadata;

import flare.backup.BackupSource;
import flare.model.ChunkId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Measures what waits for the metadata and for how long, refused or not. */
public final class MeteredMetadata implements Metadata {

    private final Metadata metered;
    private final LongSupplier nanoClock;
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicInteger queries = new AtomicInteger();
    private final Timer commits;
    private final Timer reads;

    public MeteredMetadata(Metadata metered, MeterRegistry registry, LongSupplier nanoClock) {
        this.metered = metered;
        this.nanoClock = nanoClock;
        commits = timer(registry, "flare.metadata.commit", "From a command's submission to its outcome");
        reads = timer(registry, "flare.metadata.read", "From a query to its confirmed answer");
        gauge(registry, "flare.metadata.commands.pending", "Commands whose outcome is awaited", commands);
        gauge(registry, "flare.metadata.queries.pending", "Queries whose answer is awaited", queries);
    }

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        long begin = begin(commands);
        return metered.submit(command).whenComplete((result, failure) -> end(commands, commits, begin));
    }

    @Override
    public <R> CompletionStage<R> read(Query<R> query) {
        long begin = begin(queries);
        return metered.read(query).whenComplete((result, failure) -> end(queries, reads, begin));
    }

    @Override
    public Session session() {
        return metered.session();
    }

    @Override
    public RaftStatus status() {
        return metered.status();
    }

    @Override
    public CompletionStage<FsckReport> fsck() {
        return metered.fsck();
    }

    @Override
    public CompletionStage<List<Referent>> referents(Set<ChunkId> chunks, int limit) {
        return metered.referents(chunks, limit);
    }

    @Override
    public CompletionStage<BackupSource> export() {
        return metered.export();
    }

    @Override
    public RaftPeers peers() {
        return metered.peers();
    }

    private long begin(AtomicInteger pending) {
        pending.incrementAndGet();
        return nanoClock.getAsLong();
    }

    private void end(AtomicInteger pending, Timer timer, long begin) {
        pending.decrementAndGet();
        timer.record(nanoClock.getAsLong() - begin, TimeUnit.NANOSECONDS);
    }

    private static Timer timer(MeterRegistry registry, String name, String description) {
        return Timer.builder(name).description(description).register(registry);
    }

    private static void gauge(MeterRegistry registry, String name, String description, AtomicInteger value) {
        Gauge.builder(name, value, AtomicInteger::get).description(description).register(registry);
    }
}
