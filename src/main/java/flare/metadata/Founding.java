package flare.metadata;

import flare.metadata.FoundingRule.Stage;
import flare.metadata.FoundingRule.Step;
import flare.metadata.MetaDirectory.Identity;
import flare.metadata.RaftMembers.Member;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first start of a founder that is not alone. It waits until all of them have shown that nobody can have acknowledged
 * anything, however long one of them takes: see {@link FoundingRule}.
 */
final class Founding {

    private static final Logger log = LoggerFactory.getLogger(Founding.class);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration TELL_PERIOD = Duration.ofSeconds(10);

    /** How a founder answered; a sentence's end instead of a stage where it did not, or not as one of ours. */
    private record Answer(Optional<Stage> stage, String problem) {}

    private final MetaDirectory directory;
    private final Identity own;
    private final List<Member> others;
    private final PeerRpc rpc;
    private Map<Member, Answer> told = Map.of();
    private long tellAgainAtNanos = System.nanoTime();

    private Founding(MetaDirectory directory, Identity own, List<Member> others, PeerRpc rpc) {
        this.directory = directory;
        this.own = own;
        this.others = others;
        this.rpc = rpc;
    }

    /**
     * Returns once this process may vote in the group of these founders.
     *
     * @throws IOException with a sentence, if the group is there already and this process's part of it is lost
     */
    static void await(MetaDirectory directory, RaftMembers members, String bind, PeerRpc rpc, RaftTransport transport)
            throws IOException {
        Identity own = new Identity(members.own().id(), members.group());
        List<Member> others = members.all().stream()
                .filter(member -> !member.id().equals(own.peer()))
                .toList();
        if (!others.isEmpty()) {
            new Founding(directory, own, others, rpc)
                    .await(new InetSocketAddress(bind, members.own().port()), transport);
        }
    }

    private void await(InetSocketAddress address, RaftTransport transport) throws IOException {
        Stage stage = directory.founding(own) ? Stage.MARKED : Stage.FRESH;
        try (FoundingPort port = FoundingPort.open(address, own.group(), own.peer(), stage, transport)) {
            while (true) {
                Map<Member, Answer> answers = new LinkedHashMap<>();
                others.forEach(other -> answers.put(other, ask(other)));
                Step step = FoundingRule.next(
                        stage, answers.values().stream().map(Answer::stage).toList());
                switch (step) {
                    case REFUSE -> throw forgotten(answers);
                    case TAKE -> {
                        return;
                    }
                    case MARK -> {
                        directory.markFounding(own);
                        stage = Stage.MARKED;
                        port.show(stage);
                    }
                    case WAIT -> {
                        tell(answers);
                        pause();
                    }
                }
            }
        }
    }

    private Answer ask(Member other) {
        List<RaftGroupId> groups;
        try {
            groups = rpc.groups(peer(other));
        } catch (IOException | RuntimeException e) {
            log.debug("{} does not answer yet", other, e);
            return new Answer(Optional.empty(), "does not answer");
        }
        for (Stage stage : Stage.values()) {
            if (groups.contains(FoundingPort.shown(own.group(), other.id(), stage))) {
                return new Answer(Optional.of(stage), "has yet to hear of all the others");
            }
        }
        return new Answer(
                Optional.empty(),
                "answers as a peer of other flare.raft.peers than " + own.peer()
                        + " has: one list in all is needed, or,"
                        + " to follow a group that is there, flare.raft.join = true under a new flare.raft.peer");
    }

    private void tell(Map<Member, Answer> answers) {
        long now = System.nanoTime();
        if (now - tellAgainAtNanos < 0 && answers.equals(told)) {
            return;
        }
        // At a common start all come up one after the other: nothing to tell of.
        boolean first = told.isEmpty();
        told = Map.copyOf(answers);
        tellAgainAtNanos = now + TELL_PERIOD.toNanos();
        if (!first) {
            log.info(
                    "peer {} waits for the first start of the metadata log, which needs all of flare.raft.peers once: {}",
                    own.peer(),
                    answers.entrySet().stream()
                            .filter(entry -> entry.getValue().stage().isEmpty()
                                    || entry.getValue().stage().get() == Stage.FRESH)
                            .map(entry ->
                                    entry.getKey() + " " + entry.getValue().problem())
                            .collect(Collectors.joining("; ")));
        }
    }

    private IOException forgotten(Map<Member, Answer> answers) {
        Member other = answers.entrySet().stream()
                .filter(entry -> entry.getValue().stage().equals(Optional.of(Stage.HAS)))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        boolean removed = wasRemoved(other);
        return new IOException("peer " + own.peer() + (removed ? " was removed from the group" : " has lost its log")
                + ", says " + other.id() + " at " + other.address()
                + ": with an empty directory it would vote on what it has forgotten. "
                + (removed ? MetaDirectory.joinAnew() : MetaDirectory.comeBack(own.peer())));
    }

    private boolean wasRemoved(Member other) {
        try {
            GroupInfoReply info = rpc.info(peer(other), RaftGroupId.valueOf(own.group()));
            return info.getConf()
                    .filter(conf -> conf.getPeersCount() > 0)
                    .filter(conf -> conf.getPeersList().stream()
                            .noneMatch(peer -> peer.getId().toStringUtf8().equals(own.peer())))
                    .isPresent();
        } catch (IOException | RuntimeException e) {
            log.debug("{} does not tell of its members", other, e);
            return false;
        }
    }

    private static RaftPeer peer(Member member) {
        return RaftPeer.newBuilder()
                .setId(member.id())
                .setAddress(member.address())
                .build();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the other founders", e);
        }
    }
}
