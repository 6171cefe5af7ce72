package flare.object;

import flare.config.ObjectSettings;
import flare.config.SessionSettings;
import flare.data.DataNodes;
import flare.metadata.ClusterSettings;
import flare.metadata.Metadata;
import flare.model.NodeId;
import flare.placement.NodePace;
import flare.placement.Placement;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.stream.Materializer;

/**
 * All that the write path and the read path need from outside.
 *
 * @param readPace how the nodes keep up as copies are read
 * @param writePace how they keep up as copies are written
 * @param silent whether a data node has been found not to answer, by probes beside the transfers
 * @param cluster the replicated choices as of now; asked once an upload
 * @param nanos a monotonic clock, as {@link System#nanoTime}
 */
public record ObjectEnvironment(
        Metadata metadata,
        Placement placement,
        DataNodes dataNodes,
        Predicate<NodeId> silent,
        NodePace readPace,
        NodePace writePace,
        ObjectSettings settings,
        SessionSettings session,
        Supplier<ClusterSettings> cluster,
        MeterRegistry meters,
        LongSupplier nanos,
        Materializer materializer) {}
