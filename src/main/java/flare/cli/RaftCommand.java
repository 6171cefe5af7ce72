package flare.cli;

import flare.admin.RaftPeerStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "raft",
        mixinStandardHelpOptions = true,
        description = "Shows and changes the peers that keep the metadata.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare raft status                        who votes, who leads, who lags",
            "  flare raft add api-2 api-3               two listeners become voters",
            "  flare raft add api-4 --replace api-2     one takes the place of another",
            "  flare raft remove api-5-0a1b2c3d",
            "  flare raft transfer api-1"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class RaftCommand implements Runnable {

    private static final String PEERS = "Ids, as 'flare raft status' shows them; their random ends may be left off.";
    private static final String EVEN = "Even numbers of voters are meant: they survive no more than one less would.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the peers? status, add, remove and transfer are allowed");
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows the peers, each asked now.")
    void status(@Mixin AdminConnection server) {
        server.get("/admin/raft", RaftPeerStatus[].class, RaftCommand::print);
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Makes listeners voters: API processes started with flare.raft.join = true that have caught up.")
    void add(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "PEER", arity = "1..*", description = PEERS) List<String> peers,
            @Option(
                            names = "--replace",
                            paramLabel = "PEER",
                            description = "The voter whose place the first one takes.")
                    @Nullable
                    String replaced,
            @Option(names = "--even", description = EVEN) boolean even) {
        List<String> query = query(peers, even);
        if (replaced != null) {
            query.add("replace=" + Text.encoded(replaced));
        }
        post(server, "add", query);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Takes peers out for good; a process that runs stops. Another one leads first, if need be.")
    void remove(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "PEER", arity = "1..*", description = PEERS) List<String> peers,
            @Option(names = "--even", description = EVEN) boolean even) {
        post(server, "remove", query(peers, even));
    }

    @Command(name = "transfer", mixinStandardHelpOptions = true, description = "Has another voter lead.")
    void transfer(
            @Mixin AdminConnection server,
            @Parameters(paramLabel = "PEER", arity = "0..1", description = "Default: the one that is furthest.")
                    @Nullable
                    String peer) {
        post(server, "transfer", query(peer == null ? List.of() : List.of(peer), false));
    }

    private static void post(AdminConnection server, String order, List<String> query) {
        String parameters = query.isEmpty() ? "" : "?" + String.join("&", query);
        server.post("/admin/raft/" + order + parameters, RaftPeerStatus[].class, RaftCommand::print);
    }

    private static List<String> query(List<String> peers, boolean even) {
        List<String> query = new ArrayList<>();
        peers.forEach(peer -> query.add("peer=" + Text.encoded(peer)));
        if (even) {
            query.add("even=true");
        }
        return query;
    }

    private static void print(RaftPeerStatus[] peers, PrintWriter out) {
        Text.table(
                out,
                List.of("PEER", "ROLE", "VOTES", "ADDRESS", "TERM", "COMMITTED", "APPLIED", "LAG"),
                Arrays.stream(peers)
                        .map(peer -> List.of(
                                peer.id(),
                                peer.role(),
                                peer.voter() ? "yes" : "no",
                                peer.address(),
                                known(peer.term()),
                                known(peer.committedIndex()),
                                known(peer.appliedIndex()),
                                known(peer.lag())))
                        .toList());
    }

    private static String known(long value) {
        return value < 0 ? "?" : Long.toString(value);
    }
}
