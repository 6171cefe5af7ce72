package flare.fuzz;

import com.sun.management.ThreadMXBean;
import flare.access.AccessTargets;
import flare.data.DataTargets;
import flare.http.HttpTargets;
import flare.metadata.MetadataTargets;
import flare.s3.S3Targets;
import flare.sigv4.Sigv4Targets;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/** Every parser that meets bytes of others, and the measure that each is held to (F6 of the catalogue). */
public final class Fuzz {

    /** No input may take longer; of processor time, so that a busy machine is no finding. */
    static final long MAX_NANOS = 1_000_000_000;

    static final long MAX_ALLOCATED_BYTES = 64L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzz() {}

    public static List<Target> targets() {
        return Stream.of(
                        Sigv4Targets.all(),
                        HttpTargets.all(),
                        S3Targets.all(),
                        AccessTargets.all(),
                        DataTargets.all(),
                        MetadataTargets.all())
                .flatMap(List::stream)
                .toList();
    }

    static Target target(String name) {
        return targets().stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no target '" + name + "'; there are "
                        + targets().stream().map(Target::name).toList()));
    }

    static long processorNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Throws {@link AssertionError} for anything but an answer, or a named refusal, in time and in little memory. */
    static void one(Target target, byte[] input) {
        one(target, input, MAX_NANOS);
    }

    static void one(Target target, byte[] input, long maxNanos) {
        Cost cost = cost(target, input);
        if (cost.nanos >= maxNanos || cost.bytes >= MAX_ALLOCATED_BYTES) {
            // Once more: the first to come this way pays for loading the classes, and a fuzzer for changing them.
            cost = cost(target, input);
        }
        Target.require(cost.nanos < maxNanos, target.name() + " takes " + cost.nanos / 1_000_000 + " ms");
        Target.require(cost.bytes < MAX_ALLOCATED_BYTES, target.name() + " allocates " + cost.bytes + " bytes");
    }

    private record Cost(long nanos, long bytes) {}

    private static Cost cost(Target target, byte[] input) {
        long nanos = processorNanos();
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        try {
            target.code().read(input.clone());
        } catch (Exception failure) {
            boolean named = target.refusals().stream().anyMatch(refusal -> refusal.isInstance(failure));
            if (!named) {
                throw new AssertionError(target.name() + " does not refuse this, it breaks: " + failure, failure);
            }
        } catch (StackOverflowError overflow) {
            throw new AssertionError(target.name() + " goes down without a bound", overflow);
        }
        return new Cost(processorNanos() - nanos, THREADS.getCurrentThreadAllocatedBytes() - bytes);
    }
}
