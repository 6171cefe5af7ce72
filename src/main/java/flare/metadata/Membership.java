package flare.metadata;

import flare.metadata.MetaDirectory.Identity;
import flare.metadata.RaftMembers.Member;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who this process is in which group. A directory that has an identity decides that for good; the settings count at its
 * first start only. Then the peers they name found the group together, and a process that joins looks for theirs and takes
 * an id with a random end: lost with its directory, it never comes back, so that no removed or wiped peer does.
 *
 * @param first the members to begin with; those in Ratis' own files, where there are some, count instead
 * @param joins whether the group has still to be asked to send its log
 */
record Membership(Identity identity, Member own, List<RaftPeer> first, boolean joins) {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(2);

    Membership {
        first = List.copyOf(first);
    }

    /**
     * @param bind where this process listens
     * @param limit how long a process that joins looks for the group
     * @throws IOException with a sentence, if the directory is not this process's to use or there is no group to join
     */
    static Membership of(
            MetaDirectory directory, RaftMembers members, String bind, Duration limit, RaftTransport transport)
            throws IOException {
        Optional<Identity> known = directory.identity(members.own().id());
        if (known.isPresent()) {
            Member own = members.own().named(known.get().peer());
            return new Membership(known.get(), own, peers(members, own), directory.joining());
        }
        try (PeerRpc rpc = new PeerRpc(ASK_LIMIT, transport)) {
            if (members.joins()) {
                return join(directory, members, rpc, limit);
            }
            Founding.await(directory, members, bind, rpc, transport);
            Identity identity = new Identity(members.own().id(), members.group());
            return new Membership(identity, members.own(), peers(members, members.own()), false);
        }
    }

    String id() {
        return identity.peer();
    }

    RaftGroupId group() {
        return RaftGroupId.valueOf(identity.group());
    }

    RaftPeer peer() {
        return peer(own).build();
    }

    private static Membership join(MetaDirectory directory, RaftMembers members, PeerRpc rpc, Duration limit)
            throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            for (Member seed : members.all()) {
                Optional<Membership> found = joinBy(seed, members, rpc);
                if (found.isPresent()) {
                    directory.setJoining(true);
                    return found.get();
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("flare.raft.join = true, but none of flare.raft.peers, " + members.all()
                        + ", told of a Raft group within " + limit.toSeconds() + " s");
            }
            GroupAdmin.pause();
        }
    }

    private static Optional<Membership> joinBy(Member seed, RaftMembers members, PeerRpc rpc) {
        try {
            RaftPeer peer = peer(seed).build();
            for (RaftGroupId group : rpc.groups(peer)) {
                Optional<RaftConfigurationProto> conf = rpc.info(peer, group).getConf();
                if (conf.isPresent() && conf.get().getPeersCount() > 0) {
                    Member own = members.own().named(members.own().id() + "-" + randomEnd());
                    List<RaftPeer> first = new ArrayList<>();
                    conf.get()
                            .getPeersList()
                            .forEach(voter -> first.add(RaftPeer.newBuilder()
                                    .setId(voter.getId())
                                    .setAddress(voter.getAddress())
                                    .build()));
                    first.add(peer(own).setStartupRole(RaftPeerRole.LISTENER).build());
                    return Optional.of(new Membership(
                            new Identity(own.id(), Objects.requireNonNull(group.getUuid())), own, first, true));
                }
            }
        } catch (IOException | RuntimeException e) {
            log.debug("{} does not answer yet", seed, e);
        }
        return Optional.empty();
    }

    private static String randomEnd() {
        return String.format("%08x", new SecureRandom().nextInt());
    }

    private static List<RaftPeer> peers(RaftMembers members, Member own) {
        List<RaftPeer> peers = new ArrayList<>();
        for (Member member : members.all()) {
            peers.add(peer(member).build());
        }
        if (members.joins()) {
            peers.add(peer(own).setStartupRole(RaftPeerRole.LISTENER).build());
        }
        return peers;
    }

    private static RaftPeer.Builder peer(Member member) {
        return RaftPeer.newBuilder().setId(member.id()).setAddress(member.address());
    }
}
