package flare.metadata;

import flare.config.InvalidSettingException;
import flare.config.RaftSettings;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The group as the settings name it, and which of it this process is. A founded group's id is made from the peers' ids, so
 * that processes with one list form one group, and with another list another. It stays when members come and go.
 *
 * @param own this process's entry; its port is what is listened on
 * @param all those that found the group
 * @param joins whether this process is none of them
 */
record RaftMembers(Member own, List<Member> all, boolean joins) {

    private static final String ALONE = "api-1";
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");

    record Member(String id, String host, int port) {

        static Member parse(String text) {
            int at = text.indexOf('@');
            int colon = text.lastIndexOf(':');
            if (at > 0 && colon > at + 1 && text.substring(colon + 1).matches("[0-9]{1,5}")) {
                return new Member(
                        text.substring(0, at),
                        text.substring(at + 1, colon),
                        Integer.parseInt(text.substring(colon + 1)));
            }
            throw new InvalidSettingException(
                    "flare.raft.peers = " + text + " is not allowed: id@host:port, such as a@host-a:8010, is");
        }

        String address() {
            return host + ":" + port;
        }

        /** The same place under an id that the settings do not know. */
        Member named(String other) {
            return new Member(other, host, port);
        }

        @Override
        public String toString() {
            return id + "@" + address();
        }
    }

    RaftMembers {
        all = List.copyOf(all);
    }

    /** Throws {@link InvalidSettingException} if the settings contradict themselves. */
    static RaftMembers of(RaftSettings settings, String bind) {
        if (settings.peers().isEmpty()) {
            Member own = new Member(settings.peer().orElse(ALONE), bind, settings.port());
            return new RaftMembers(own, List.of(own), false);
        }
        List<Member> all = settings.peers().stream().map(Member::parse).toList();
        Set<String> ids = new HashSet<>();
        for (Member member : all) {
            if (!ids.add(member.id)) {
                throw new InvalidSettingException(
                        "flare.raft.peers names " + member.id + " twice: an id of its own for each peer is allowed");
            }
        }
        if (settings.join()) {
            return new RaftMembers(joining(settings, bind, ids), all, true);
        }
        return new RaftMembers(own(settings, all), all, false);
    }

    /** Whether the group begins with this process alone; more may have come since, as its directory knows. */
    boolean startsAlone() {
        return all.size() == 1 && !joins;
    }

    UUID group() {
        String ids = all.stream().map(Member::id).sorted().collect(Collectors.joining("\n"));
        return UUID.nameUUIDFromBytes(("flare raft group\n" + ids).getBytes(StandardCharsets.UTF_8));
    }

    private static Member joining(RaftSettings settings, String bind, Set<String> founders) {
        String name = settings.peer().orElseThrow();
        if (founders.contains(name)) {
            throw new InvalidSettingException("flare.raft.join = true is not allowed: flare.raft.peer = " + name
                    + " is one of flare.raft.peers, which found the group; a new name is");
        }
        if (ANY.contains(bind) || settings.port() == 0) {
            throw new InvalidSettingException(
                    "flare.raft.join = true is not allowed: the others must reach flare.bind = " + bind
                            + ", flare.raft.port = " + settings.port() + "; an address of this machine and a port are");
        }
        return new Member(name, bind, settings.port());
    }

    private static Member own(RaftSettings settings, List<Member> all) {
        List<Member> candidates = all.stream()
                .filter(member -> settings.peer().isPresent()
                        ? member.id.equals(settings.peer().get())
                        : member.port == settings.port())
                .toList();
        if (candidates.size() != 1) {
            throw new InvalidSettingException("flare.raft.peer = "
                    + settings.peer().orElse("null") + " is not allowed: with flare.raft.peers = " + settings.peers()
                    + " the id of one of them is");
        }
        Member own = candidates.get(0);
        if (settings.port() != 0 && settings.port() != own.port) {
            throw new InvalidSettingException("flare.raft.port = " + settings.port() + " is not allowed: " + own.port
                    + ", the port of " + own.id + " in flare.raft.peers, is");
        }
        return own;
    }
}
