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
 * The group as the settings name it, and which of it this process is. The group's id is made from the peers' ids, so that
 * processes with one list form one group, and with another list never join it.
 *
 * @param own this process's entry; its port is what is listened on
 */
record RaftMembers(Member own, List<Member> all) {

    private static final String ALONE = "api-1";

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
    }

    RaftMembers {
        all = List.copyOf(all);
    }

    /** Throws {@link InvalidSettingException} if the settings contradict themselves. */
    static RaftMembers of(RaftSettings settings, String bind) {
        if (settings.peers().isEmpty()) {
            Member own = new Member(settings.peer().orElse(ALONE), bind, settings.port());
            return new RaftMembers(own, List.of(own));
        }
        List<Member> all = settings.peers().stream().map(Member::parse).toList();
        Set<String> ids = new HashSet<>();
        for (Member member : all) {
            if (!ids.add(member.id)) {
                throw new InvalidSettingException(
                        "flare.raft.peers names " + member.id + " twice: an id of its own for each peer is allowed");
            }
        }
        return new RaftMembers(own(settings, all), all);
    }

    boolean alone() {
        return all.size() == 1;
    }

    UUID group() {
        String ids = all.stream().map(Member::id).sorted().collect(Collectors.joining("\n"));
        return UUID.nameUUIDFromBytes(("flare raft group\n" + ids).getBytes(StandardCharsets.UTF_8));
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
