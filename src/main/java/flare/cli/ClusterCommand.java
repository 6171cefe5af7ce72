package flare.cli;

import flare.local.ClusterPlan;
import flare.local.LocalCluster;
import flare.local.LocalClusterException;
import flare.local.Network;
import flare.local.NodeReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Runs a cluster on this machine, a process for each node.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare cluster up --api 3 --data 5 --dir /tmp/c --port 8000",
            "  flare cluster status --dir /tmp/c",
            "  flare cluster kill data-2 --dir /tmp/c       SIGKILL, as a power cut",
            "  flare cluster start data-2 --dir /tmp/c",
            "  flare cluster down --dir /tmp/c              everything stays; 'up' resumes it"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ClusterCommand implements Runnable {

    private static final String DEFAULT_WAIT_SECONDS = "180";
    private static final int DEFAULT_NODES = 3;
    private static final int DEFAULT_PORT = 8000;
    private static final int DEFAULT_HEAP_MEBIBYTES = 256;
    private static final String NODES = "Names such as api-1 or data-2.";

    @Spec
    private CommandSpec spec;

    /** Which cluster, and how to show it. */
    static final class Place {
        @Option(
                names = "--dir",
                paramLabel = "DIR",
                defaultValue = "flare-data/cluster",
                description = "Where the cluster keeps everything (default: ${DEFAULT-VALUE}).")
        private Path directory;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;
    }

    /** What a new cluster consists of; all empty to resume one. */
    static final class Shape {
        @Option(names = "--api", paramLabel = "N", description = "API nodes (default: 3).")
        private @Nullable Integer api;

        @Option(names = "--data", paramLabel = "N", description = "Data nodes (default: 3).")
        private @Nullable Integer data;

        @Option(
                names = "--peers",
                paramLabel = "N",
                description =
                        "API nodes that vote on the metadata, an odd number (default: 3, or 1 of fewer); the others"
                                + " follow it.")
        private @Nullable Integer peers;

        @Option(
                names = "--copies",
                paramLabel = "N",
                description = "Copies of each chunk (default: 3, or as many as data nodes).")
        private @Nullable Integer copies;

        @Option(
                names = "--port",
                paramLabel = "BASE",
                description =
                        "Object port of api-1, the next ones follow (default: 8000). Admin ports are 100 higher, Raft"
                                + " ports 200, data nodes 300, their admin ports 400.")
        private @Nullable Integer port;

        @Option(names = "--heap", paramLabel = "MIB", description = "Heap of each process (default: 256).")
        private @Nullable Integer heap;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "A setting for all nodes, such as flare.chunk-size=1MiB. May be repeated.")
        private @Nullable Map<String, String> settings;

        @Option(names = "--jvm", paramLabel = "OPTION", description = "A JVM option for all nodes. May be repeated.")
        private @Nullable List<String> jvm;

        @Option(
                names = "--netns",
                description =
                        "Give each node an address of its own in a network namespace, all on one bridge. Needs root;"
                                + " 'down' removes them.")
        private boolean netns;

        @Option(
                names = "--tls",
                description = "Have the nodes reach each other over TLS, with certificates made in DIR/tls.")
        private boolean tls;

        private ClusterPlan fresh(Network network) {
            int apis = or(api, DEFAULT_NODES);
            int datas = or(data, DEFAULT_NODES);
            return new ClusterPlan(
                    apis,
                    datas,
                    or(peers, ClusterPlan.usualPeers(apis)),
                    or(copies, Math.min(datas, DEFAULT_NODES)),
                    or(port, DEFAULT_PORT),
                    or(heap, DEFAULT_HEAP_MEBIBYTES),
                    settings == null ? Map.of() : settings,
                    jvm == null ? List.of() : jvm,
                    network,
                    tls);
        }

        /** The plan with what was asked for now; equal to it when nothing else was. */
        private ClusterPlan over(ClusterPlan plan) {
            return new ClusterPlan(
                    or(api, plan.api()),
                    or(data, plan.data()),
                    or(peers, plan.peers()),
                    or(copies, plan.copies()),
                    or(port, plan.port()),
                    or(heap, plan.heapMebibytes()),
                    settings == null ? plan.settings() : settings,
                    jvm == null ? plan.jvmOptions() : jvm,
                    plan.network(),
                    tls || plan.tls());
        }

        private static int or(@Nullable Integer given, int otherwise) {
            return given == null ? otherwise : given;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about the cluster? up, status, kill, start and down are allowed");
    }

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            description = "Begins a cluster in DIR, or resumes the one that is there, and returns when it is ready.")
    int up(
            @Mixin Place place,
            @Mixin Shape shape,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = DEFAULT_WAIT_SECONDS,
                            description = "How long to wait for it (default: ${DEFAULT-VALUE}).")
                    int waitSeconds) {
        return told(() -> {
            LocalCluster cluster = LocalCluster.up(
                    place.directory,
                    existing -> existing.map(plan -> resumed(plan, shape, place))
                            .orElseGet(() ->
                                    shape.fresh(shape.netns ? Network.separate(place.directory) : Network.LOOPBACK)),
                    Duration.ofSeconds(waitSeconds));
            return show(place, cluster);
        });
    }

    private static ClusterPlan resumed(ClusterPlan plan, Shape shape, Place place) {
        if (!shape.over(plan).equals(plan) || (shape.netns && !plan.network().separatesNodes())) {
            throw new CommandFailedException(
                    FlareCommand.REFUSED,
                    "there is another cluster in " + place.directory + ": " + plan.api() + " API nodes (" + plan.peers()
                            + " of them peers), " + plan.data() + " data nodes, " + plan.copies() + " copies, port "
                            + plan.port() + ". Resume it with 'flare cluster up --dir " + place.directory
                            + "', or name another --dir");
        }
        return plan;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows the nodes; exit status 1 unless all are ready.")
    int status(@Mixin Place place) {
        return told(() -> show(place, LocalCluster.in(place.directory)));
    }

    @Command(name = "kill", mixinStandardHelpOptions = true, description = "Ends nodes with SIGKILL.")
    int kill(
            @Mixin Place place,
            @Parameters(paramLabel = "NODE", arity = "1..*", description = NODES) List<String> nodes) {
        return told(() -> {
            LocalCluster.in(place.directory).kill(nodes);
            return 0;
        });
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Starts nodes that do not run, and returns when they are ready.")
    int start(
            @Mixin Place place,
            @Parameters(paramLabel = "NODE", arity = "1..*", description = NODES) List<String> nodes,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = DEFAULT_WAIT_SECONDS,
                            description = "How long to wait for them (default: ${DEFAULT-VALUE}).")
                    int waitSeconds) {
        return told(() -> {
            LocalCluster.in(place.directory).start(nodes, Duration.ofSeconds(waitSeconds));
            return 0;
        });
    }

    @Command(
            name = "down",
            mixinStandardHelpOptions = true,
            description = "Stops all nodes in order; their data stays.")
    int down(@Mixin Place place) {
        return told(() -> {
            int stopped = LocalCluster.in(place.directory).down();
            PrintWriter out = spec.commandLine().getOut();
            if (place.json) {
                Text.json(out, ("{\"stopped\":" + stopped + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } else {
                out.println("stopped " + stopped + " nodes; 'flare cluster up --dir " + place.directory
                        + "' resumes the cluster");
            }
            out.flush();
            return 0;
        });
    }

    private int show(Place place, LocalCluster cluster) {
        List<NodeReport> nodes = cluster.status();
        PrintWriter out = spec.commandLine().getOut();
        if (place.json) {
            Text.json(out, nodes);
        } else {
            Text.table(
                    out,
                    List.of("NODE", "ROLE", "STATE", "PID", "ADDRESS", "ADMIN", "NOTE"),
                    nodes.stream().map(ClusterCommand::row).toList());
            cluster.credentials().ifPresent(out::println);
        }
        out.flush();
        return nodes.stream().allMatch(NodeReport::isReady) ? 0 : FlareCommand.REFUSED;
    }

    private static List<String> row(NodeReport node) {
        String role = node.leads() ? "leader" : node.role().toLowerCase(Locale.ROOT);
        return List.of(
                node.name(),
                role,
                node.state(),
                node.pid() == null ? "-" : node.pid().toString(),
                node.address(),
                node.admin(),
                node.note() == null ? "" : node.note());
    }

    private static int told(Supplier<Integer> action) {
        try {
            return action.get();
        } catch (LocalClusterException e) {
            throw new CommandFailedException(FlareCommand.REFUSED, String.valueOf(e.getMessage()));
        }
    }
}
