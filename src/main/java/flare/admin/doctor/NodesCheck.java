package flare.admin.doctor;

import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.NodeState;
import flare.telemetry.SyncTimes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The data nodes as this process reaches them, each asked now, and whether they are enough for the copies wanted. */
public final class NodesCheck implements Check {

    private static final String NAME = "data node";
    private static final String COPIES = "copies";
    private static final String UNANSWERED = "does not answer: ";
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOCK_OFF = Duration.ofSeconds(5);

    /** Past it requests that are signed by the one clock are refused by the other. */
    private static final Duration CLOCK_FAR_OFF = Duration.ofMinutes(15);

    private final Metadata metadata;
    private final Supplier<List<NodeAnswer.Node>> nodes;
    private final int writeQuorum;
    private final Clock clock;

    /** @param writeQuorum the setting; 0 for a majority of the wanted copies */
    public NodesCheck(Metadata metadata, Supplier<List<NodeAnswer.Node>> nodes, int writeQuorum, Clock clock) {
        this.metadata = metadata;
        this.nodes = nodes;
        this.writeQuorum = writeQuorum;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        List<NodeAnswer.Node> all = nodes.get().stream()
                .filter(node -> node.info().state() != NodeState.REMOVED)
                .toList();
        CompletionStage<List<Finding>> findings = metadata.read(new Query.GetCluster())
                .thenApply(cluster -> {
                    List<Finding> found = new ArrayList<>();
                    cluster.ifPresent(state -> found.add(copies(state.settings().wantedCopies(), all)));
                    return found;
                });
        for (NodeAnswer.Node node : all) {
            findings = findings.thenCombine(asked(node), (before, more) -> {
                before.addAll(more);
                return before;
            });
        }
        return findings.thenApply(List::copyOf);
    }

    private Finding copies(int wanted, List<NodeAnswer.Node> all) {
        List<NodeAnswer.Node> usable =
                all.stream().filter(node -> node.unusable().isEmpty()).toList();
        Set<String> zones = usable.stream().map(node -> node.info().zone()).collect(Collectors.toSet());
        int quorum = Math.max(wanted / 2 + 1, writeQuorum);
        String value = wanted + " wanted, " + usable.size() + " of " + all.size() + " nodes usable, in " + zones.size()
                + (zones.size() == 1 ? " zone" : " zones");
        if (usable.size() < quorum) {
            return Finding.fail(
                    COPIES, "the cluster", value, "writes need " + quorum + " usable nodes: see the nodes below");
        }
        if (usable.size() < wanted) {
            return Finding.warn(
                    COPIES,
                    "the cluster",
                    value,
                    "every write leaves chunks with fewer copies than wanted: mend a node below, or add one");
        }
        boolean zonesMatter = wanted > 1 && zones.stream().anyMatch(zone -> !zone.isEmpty());
        return zonesMatter && zones.size() < wanted
                ? Finding.warn(
                        COPIES,
                        "the cluster",
                        value,
                        "a zone that fails takes several copies of a chunk along: have nodes in " + wanted + " zones")
                : Finding.ok(COPIES, "the cluster", value);
    }

    private CompletionStage<List<Finding>> asked(NodeAnswer.Node node) {
        String subject = node.info().id() + " at " + node.info().url();
        if (node.info().state() == NodeState.LOST) {
            return CompletableFuture.completedFuture(List.of(Finding.warn(
                    NAME,
                    subject,
                    "lost",
                    "start it again if it can be; else, once nothing lacks copies: 'flare node remove "
                            + node.info().id() + "'")));
        }
        long asked = clock.millis();
        CompletionStage<List<Finding>> findings = limited(node.ask()).handle((answer, failure) -> {
            if (answer == null) {
                return List.of(Finding.fail(
                        NAME,
                        subject,
                        UNANSWERED + reason(failure),
                        "start it, or see to the network; if its disk is gone, 'flare node lost "
                                + node.info().id() + "'"));
            }
            return findings(node, subject, answer, answer.clockMillis() - (asked + clock.millis()) / 2);
        });
        return node.measure().isEmpty()
                ? findings
                : findings.thenCombine(
                        measured(subject, node.measure().get()),
                        (before, syncs) -> before.stream().anyMatch(NodesCheck::isUnanswered)
                                ? before
                                : Stream.concat(before.stream(), Stream.of(syncs))
                                        .toList());
    }

    private static boolean isUnanswered(Finding finding) {
        return finding.value().startsWith(UNANSWERED);
    }

    private static CompletionStage<Finding> measured(String subject, Supplier<CompletionStage<SyncTimes>> measure) {
        return limited(measure)
                .handle((times, failure) -> times == null
                        ? Finding.warn(
                                DiskCheck.SYNC,
                                "data node " + subject,
                                "not measured: " + reason(failure),
                                "a node of an older version can't; of another one the log says why")
                        : DiskCheck.syncs("data node " + subject, times));
    }

    private static <T> CompletionStage<T> limited(Supplier<CompletionStage<T>> question) {
        try {
            return question.get()
                    .toCompletableFuture()
                    .copy()
                    .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static List<Finding> findings(NodeAnswer.Node node, String subject, NodeAnswer answer, long offsetMillis) {
        List<Finding> findings = new ArrayList<>();
        findings.add(state(node, subject, answer));
        findings.add(clock(subject, offsetMillis));
        if (answer.setAside() > 0) {
            findings.add(Finding.warn(
                    NAME,
                    subject,
                    answer.setAside() + " corrupt copies are set aside",
                    "see to the disk (smartctl); delete its .corrupt files once nothing lacks copies"));
        }
        return findings;
    }

    private static Finding state(NodeAnswer.Node node, String subject, NodeAnswer answer) {
        String state = node.info().state().name().toLowerCase(Locale.ROOT) + ", disk " + answer.disk();
        return switch (answer.disk()) {
            case "failed" ->
                Finding.fail(
                        NAME,
                        subject,
                        state,
                        "replace the disk, then 'flare node lost " + node.info().id() + "'");
            case "full" -> Finding.fail(NAME, subject, state, "add a node, or delete and run 'flare reclaim'");
            default ->
                node.unusable()
                        .filter(why -> node.info().state() == NodeState.ACTIVE)
                        .map(why -> Finding.warn(
                                NAME,
                                subject,
                                state + ", not used for new copies: " + why,
                                "if it stays so, the log of this process and of the node say more"))
                        .orElseGet(() -> Finding.ok(NAME, subject, state));
        };
    }

    private static Finding clock(String subject, long offsetMillis) {
        String value = "its clock is " + Math.abs(offsetMillis) + " ms " + (offsetMillis < 0 ? "behind" : "ahead of")
                + " this one's";
        String wayOut = "have both keep time (chrony, systemd-timesyncd)";
        if (Math.abs(offsetMillis) > CLOCK_FAR_OFF.toMillis()) {
            return Finding.fail("clock", subject, value, wayOut);
        }
        return Math.abs(offsetMillis) > CLOCK_OFF.toMillis()
                ? Finding.warn("clock", subject, value, wayOut)
                : Finding.ok("clock", subject, value);
    }

    private static String reason(@Nullable Throwable failure) {
        if (failure == null) {
            return "nothing came back";
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
