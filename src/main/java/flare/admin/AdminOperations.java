package flare.admin;

import flare.backup.BackupSource;
import flare.metadata.Command;
import flare.metadata.Command.WorkerOrder;
import flare.metadata.Query;
import flare.metadata.RaftChange;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.object.ObjectLocator;
import java.net.URI;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the admin port shows and orders, by the process's role. Stages fail with {@link flare.model.FlareException}. */
public interface AdminOperations {

    /** Why the process can't serve now, a sentence each; empty when it can. Never fails. */
    CompletionStage<List<String>> obstacles();

    /** Never fails for want of a leader: the status then says so. */
    CompletionStage<Status> status();

    CompletionStage<ReclaimResult> reclaim();

    CompletionStage<RebalanceStatus> rebalance();

    /** Starts rebalancing, or calls it off until it is started again. */
    CompletionStage<RebalanceStatus> setRebalance(boolean wanted);

    /** Multipart uploads that are open. */
    CompletionStage<UploadList> uploads(UploadFilter filter);

    /** Aborts them; INVALID_ARGUMENT without an id or an age. */
    CompletionStage<AbortedUploads> abortUploads(UploadFilter filter);

    /** Users and their keys. Throws {@link flare.model.FlareException} where this process can't know them. */
    UserAdministration users();

    /** Takes the data node at the URL into the node map. */
    CompletionStage<NodeStatus> addNode(URI url, String zone, double weight);

    /** Gives a node another zone, weight, or both. */
    CompletionStage<NodeStatus> placeNode(NodeId node, Optional<String> zone, Optional<Double> weight);

    /** Counts a data node's copies as gone; CONFLICT if more than a third of the members would be LOST. */
    CompletionStage<NodeStatus> markLost(NodeId node);

    /** Moves a data node to another state; CONFLICT if what it holds forbids that. */
    CompletionStage<NodeStatus> setNodeState(NodeId node, NodeState state);

    /** The members of the metadata log's group, each asked now. */
    CompletionStage<List<RaftPeerStatus>> raftPeers();

    /** Changes them, and answers with those there are then; CONFLICT if the group would be worse off. */
    CompletionStage<List<RaftPeerStatus>> changeRaft(RaftChange change);

    /** A page of an object's chunks and where their copies are; refuses what is no object. */
    CompletionStage<LocatedObject> locate(ObjectLocator.Question question);

    /** What is chosen for the whole cluster. */
    CompletionStage<Status.Cluster> settings();

    /** Changes it; CONFLICT for more copies than nodes are active. What is stored follows in the background. */
    CompletionStage<Status.Cluster> changeSettings(Command.SetClusterSettings change);

    /** What is left to repair, and whether that is paused. */
    CompletionStage<RepairStatus> repairing();

    /** No copies are made or moved until it is resumed, whoever leads. */
    CompletionStage<RepairStatus> pauseRepair();

    /** @param orphans whether a stopped orphan sweep goes on, too, and takes any number this once */
    CompletionStage<RepairStatus> resumeRepair(boolean orphans);

    /** How far scrubbing is. */
    CompletionStage<ScrubStatus> scrubbing();

    /** Orders it about; the order is kept, whoever leads. */
    CompletionStage<ScrubStatus> orderScrubbing(WorkerOrder order);

    /** What the buckets of a page take, and nothing else. */
    CompletionStage<Query.BucketSpacePage> bucketSpace(Query.ListBucketSpace buckets);

    /** What is stored, what it takes, what more fits, and why space is not back yet; with a page of the buckets. */
    CompletionStage<SpaceStatus> space(Query.ListBucketSpace buckets);

    /** A backup of the metadata, to be read and closed. */
    CompletionStage<BackupSource> exportMetadata();

    /** Checks the rows of this process's metadata against each other. */
    CompletionStage<FsckResult> fsck();

    /** Compares the records with the disks, a step a line; blocks whoever reads it. */
    CompletionStage<Iterator<DiskComparison>> compareDisks();
}
