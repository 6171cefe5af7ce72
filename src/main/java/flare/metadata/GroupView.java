package flare.metadata;

import flare.model.FlareException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.LogInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group as its members told just now. Membership is what the leader says, or without one what this process knows.
 *
 * @param infos their answers; none of those that gave none
 */
record GroupView(
        List<RaftPeer> voters,
        List<RaftPeer> listeners,
        Map<RaftPeer, GroupInfoReply> infos,
        Optional<RaftPeer> leader) {

    private static final Logger log = LoggerFactory.getLogger(GroupView.class);

    /** Asks all at once. */
    static GroupView look(
            PeerRpc rpc,
            RaftGroupId group,
            Collection<RaftPeer> voters,
            Collection<RaftPeer> listeners,
            Executor executor) {
        Map<RaftPeer, GroupInfoReply> infos = new LinkedHashMap<>();
        ask(rpc, group, voters, infos, executor);
        ask(rpc, group, listeners, infos, executor);
        Optional<Map.Entry<RaftPeer, GroupInfoReply>> leader = infos.entrySet().stream()
                .filter(entry -> entry.getValue().getRoleInfoProto().getRole() == RaftPeerRole.LEADER)
                .max(java.util.Comparator.comparingLong(entry -> leaderTerm(entry.getValue())));
        Optional<RaftConfigurationProto> known =
                leader.flatMap(entry -> entry.getValue().getConf());
        if (known.isEmpty()) {
            return new GroupView(List.copyOf(voters), List.copyOf(listeners), infos, Optional.empty());
        }
        List<RaftPeer> votersNow = peers(known.get().getPeersList(), known.get().getOldPeersList());
        List<RaftPeer> listenersNow = peers(known.get().getListenersList(), List.of());
        ask(rpc, group, votersNow, infos, executor);
        ask(rpc, group, listenersNow, infos, executor);
        return new GroupView(votersNow, listenersNow, infos, leader.map(Map.Entry::getKey));
    }

    /** The term in which a peer leads. */
    static long leaderTerm(GroupInfoReply info) {
        return info.getRoleInfoProto().getLeaderInfo().getTerm();
    }

    private static void ask(
            PeerRpc rpc,
            RaftGroupId group,
            Collection<RaftPeer> peers,
            Map<RaftPeer, GroupInfoReply> infos,
            Executor executor) {
        Map<RaftPeer, CompletableFuture<Optional<GroupInfoReply>>> asked = peers.stream()
                .filter(peer -> !infos.containsKey(peer))
                .distinct()
                .collect(Collectors.toMap(
                        Function.identity(),
                        peer -> CompletableFuture.supplyAsync(() -> info(rpc, group, peer), executor)));
        asked.forEach((peer, answer) -> answer.join().ifPresent(info -> infos.put(peer, info)));
    }

    private static Optional<GroupInfoReply> info(PeerRpc rpc, RaftGroupId group, RaftPeer peer) {
        try {
            return Optional.of(rpc.info(peer, group));
        } catch (IOException | RuntimeException e) {
            log.debug("{} does not tell how it is", peer, e);
            return Optional.empty();
        }
    }

    private static List<RaftPeer> peers(List<RaftPeerProto> now, List<RaftPeerProto> before) {
        List<RaftPeer> peers = new ArrayList<>();
        now.forEach(peer -> peers.add(peer(peer)));
        before.stream()
                .map(GroupView::peer)
                .filter(peer -> !peers.contains(peer))
                .forEach(peers::add);
        return peers;
    }

    private static RaftPeer peer(RaftPeerProto peer) {
        return RaftPeer.newBuilder()
                .setId(peer.getId())
                .setAddress(peer.getAddress())
                .build();
    }

    /** Throws {@link FlareException} without a leader. */
    RaftPeer requireLeader() {
        return leader.orElseThrow(() -> Unavailable.because("no member of the Raft group says that it leads"));
    }

    /** What the leader told. */
    GroupInfoReply requireLeaderInfo() {
        return Objects.requireNonNull(infos.get(requireLeader()));
    }

    RaftPeer peer(String id) {
        return java.util.stream.Stream.concat(voters.stream(), listeners.stream())
                .filter(peer -> peer.getId().toString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    List<String> voterIds() {
        return ids(voters);
    }

    List<String> listenerIds() {
        return ids(listeners);
    }

    boolean hasMembers(Collection<String> voting, Collection<String> listening) {
        return Set.copyOf(voterIds()).equals(Set.copyOf(voting))
                && Set.copyOf(listenerIds()).equals(Set.copyOf(listening));
    }

    private static List<String> ids(List<RaftPeer> peers) {
        return peers.stream().map(peer -> peer.getId().toString()).toList();
    }

    boolean contains(String id) {
        return java.util.stream.Stream.concat(voters.stream(), listeners.stream())
                .anyMatch(peer -> peer.getId().toString().equals(id));
    }

    /** Ratis' leader may have stopped sending to one that is a member still. */
    boolean leaderSendsTo(String id) {
        return requireLeaderInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                .anyMatch(follower -> follower.getId().getId().toStringUtf8().equals(id));
    }

    List<RaftPeerView> views() {
        long committed = leader.isEmpty() ? -1 : index(requireLeaderInfo().getLogInfoProto(), true);
        List<RaftPeerView> views = new ArrayList<>();
        voters.forEach(peer -> views.add(view(peer, true, committed)));
        listeners.forEach(peer -> views.add(view(peer, false, committed)));
        return views;
    }

    private RaftPeerView view(RaftPeer peer, boolean voter, long leaderCommitted) {
        GroupInfoReply info = infos.get(peer);
        String id = peer.getId().toString();
        if (info == null) {
            return new RaftPeerView(id, peer.getAddress(), RaftPeerView.UNREACHABLE, voter, -1, -1, -1, -1);
        }
        LogInfoProto logInfo = info.getLogInfoProto();
        long applied = index(logInfo, false);
        boolean leads = leader.isPresent() && leader.get().equals(peer);
        String role = info.getRoleInfoProto().getRole().name().toLowerCase(Locale.ROOT);
        return new RaftPeerView(
                id,
                peer.getAddress(),
                leads || !role.equals(RaftPeerView.LEADER) ? role : "follower",
                voter,
                leads ? leaderTerm(info) : logInfo.getLastEntry().getTerm(),
                index(logInfo, true),
                applied,
                leaderCommitted < 0 ? -1 : Math.max(0, leaderCommitted - applied));
    }

    /** What is purged from the log is still applied. */
    private static long index(LogInfoProto info, boolean committed) {
        TermIndexProto applied = info.getApplied();
        return committed && info.hasCommitted()
                ? Math.max(info.getCommitted().getIndex(), applied.getIndex())
                : applied.getIndex();
    }
}
