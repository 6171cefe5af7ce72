package flare.cluster;

import flare.model.NodeInfo;
import java.util.concurrent.CompletionStage;

/** Asks a data node how it is. The stage fails where no answer can be had; it may stay open, the asker has a limit. */
@FunctionalInterface
public interface Prober {

    CompletionStage<Probe> probe(NodeInfo node);
}
