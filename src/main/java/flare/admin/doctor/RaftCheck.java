package flare.admin.doctor;

import flare.metadata.ClusterState;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftPeerView;
import flare.metadata.RaftStatus;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The peers of the metadata log: whether they answer, keep up, and are enough; and whether this one keeps its votes. */
public final class RaftCheck implements Check {

    private static final String NAME = "metadata";

    /** Entries: a second or two of a busy cluster. */
    private static final long FAR_BEHIND = 50_000;

    private final Metadata metadata;
    private final boolean renamesDurable;

    /** @param renamesDurable whether this peer's directory makes renames durable by itself */
    public RaftCheck(Metadata metadata, boolean renamesDurable) {
        this.metadata = metadata;
        this.renamesDurable = renamesDurable;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return metadata.peers().list().thenCompose(peers -> {
            List<Finding> findings = new ArrayList<>();
            findings.add(leader(metadata.status()));
            peers.forEach(peer -> findings.add(peer(peer)));
            findings.add(votes(metadata.status()));
            return metadata.read(new Query.GetCluster())
                    .thenCombine(metadata.read(new Query.ListNodes()), (cluster, nodes) -> {
                        findings.add(voters(peers, cluster, nodes));
                        return List.copyOf(findings);
                    })
                    .exceptionally(failure -> {
                        findings.add(voters(peers, Optional.empty(), List.of()));
                        return List.copyOf(findings);
                    });
        });
    }

    private static Finding leader(RaftStatus status) {
        return status.leader()
                .map(leader -> Finding.ok(NAME, "leader", leader + ", term " + status.term()))
                .orElseGet(() -> Finding.fail(
                        NAME,
                        "leader",
                        "none is known to " + status.peer(),
                        "a majority of the voters must run and reach each other: 'flare raft status' shows which do"));
    }

    private static Finding peer(RaftPeerView peer) {
        String subject = "peer " + peer.id() + " at " + peer.address();
        if (!peer.isReachable()) {
            String restart = "start it, or see to the network; if it is gone for good, 'flare raft "
                    + (peer.voter() ? "add NEW --replace " : "remove ") + peer.id() + "'";
            return peer.voter()
                    ? Finding.fail(NAME, subject, "does not answer", restart)
                    : Finding.warn(NAME, subject, "does not answer; it has no vote", restart);
        }
        String value = peer.role() + (peer.lag() < 0 ? "" : ", " + peer.lag() + " entries behind");
        return peer.lag() > FAR_BEHIND
                ? Finding.warn(
                        NAME,
                        subject,
                        value,
                        "its disk or its network is slow, or it has just been started: look again")
                : Finding.ok(NAME, subject, value);
    }

    private static Finding voters(
            List<RaftPeerView> peers, Optional<ClusterState> cluster, List<Query.NodeUsage> nodes) {
        int voters = (int) peers.stream().filter(RaftPeerView::voter).count();
        int copies = cluster.map(state -> state.settings().wantedCopies()).orElse(1);
        List<URI> urls = nodes.stream()
                .map(Query.NodeUsage::node)
                .filter(node -> node.state() != NodeState.REMOVED)
                .map(NodeInfo::url)
                .toList();
        Optional<String> risk = LoneVoter.risk(voters, copies, urls);
        if (risk.isPresent()) {
            return Finding.warn(NAME, "voters", risk.get(), LoneVoter.WAY_OUT);
        }
        return voters > 0 && voters % 2 == 0
                ? Finding.warn(
                        NAME,
                        "voters",
                        voters + ": no more of them may fail than of " + (voters - 1),
                        "'flare raft add' another one")
                : Finding.ok(NAME, "voters", Integer.toString(voters));
    }

    private Finding votes(RaftStatus status) {
        return renamesDurable
                ? Finding.ok(NAME, "votes of " + status.peer(), "kept through a power loss")
                : Finding.warn(
                        NAME,
                        "votes of " + status.peer(),
                        "its directory can't have the D attribute: after a power loss it may forget a vote, and two"
                                + " leaders be elected in one term",
                        "put meta/ on ext4, or mount its file system with dirsync or wsync");
    }
}
