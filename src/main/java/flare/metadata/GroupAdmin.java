package flare.metadata;

import flare.metadata.RaftChange.Add;
import flare.metadata.RaftChange.Remove;
import flare.metadata.RaftChange.Transfer;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.TransferLeadershipException;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the group and changes its membership, from any member: orders go to the leader, each on condition that the
 * members are still those that were looked at, so that of two operators one is refused.
 */
final class GroupAdmin implements RaftPeers, Closeable {

    private static final Logger log = LoggerFactory.getLogger(GroupAdmin.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(2);
    private static final Duration TRANSFER_LIMIT = Duration.ofSeconds(10);
    /**
     * A leader that is cut off answers no sooner. A new listener may take longer to be brought up to date; that goes on, and
     * shows at the next look.
     */
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(20);

    /** For a change of leader, or of members, that is under way to end. */
    private static final Duration STEP_LIMIT = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final RaftGroupId group;
    private final Supplier<RaftConfiguration> local;
    private final PeerRpc questions;
    private final PeerRpc orders;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "raft-members");
        thread.setDaemon(true);
        return thread;
    });

    /** @param local the members as this peer's log has them */
    GroupAdmin(RaftGroupId group, Supplier<RaftConfiguration> local, RaftTransport transport) {
        this.questions = new PeerRpc(ASK_LIMIT, transport);
        this.orders = new PeerRpc(CHANGE_LIMIT, transport);
        this.group = group;
        this.local = local;
    }

    @Override
    public CompletionStage<List<RaftPeerView>> list() {
        return CompletableFuture.supplyAsync(() -> look().views(), threads);
    }

    @Override
    public CompletionStage<Void> change(RaftChange change) {
        return CompletableFuture.runAsync(() -> changeNow(change), threads);
    }

    /** Where this process's own peer is bound, if not where the log says. */
    void reachAt(RaftPeer own) {
        questions.reachAt(own);
        orders.reachAt(own);
    }

    GroupView look() {
        RaftConfiguration conf = local.get();
        return GroupView.look(
                questions,
                group,
                conf.getAllPeers(RaftPeerRole.FOLLOWER),
                conf.getAllPeers(RaftPeerRole.LISTENER),
                threads);
    }

    /**
     * Has the leader send the log to this process. Returns whether it is a member now, as the leader has it. Throws {@link
     * IOException} where that can't be asked or done now.
     */
    boolean joinAsListener(RaftPeer own) throws IOException {
        GroupView view = look();
        if (view.leader().isPresent() && view.contains(own.getId().toString())) {
            return true;
        }
        List<RaftPeer> listeners = new ArrayList<>(view.listeners());
        listeners.removeIf(peer -> peer.getId().equals(own.getId()));
        listeners.add(own);
        try {
            set(view, view.voters(), listeners);
            return true;
        } catch (IOException e) {
            if (!isBusy(e)) {
                throw e;
            }
            log.debug("this process or another is being brought up to date", e);
            return false;
        }
    }

    /** Throws {@link IOException} if the members are not those of the view any more. */
    void leaveAsListener(GroupView view, RaftPeer own) throws IOException {
        set(
                view,
                view.voters(),
                view.listeners().stream()
                        .filter(peer -> !peer.getId().equals(own.getId()))
                        .toList());
    }

    private void changeNow(RaftChange change) {
        log.info("changing the members of the metadata log: {}", change);
        if (change instanceof Add add) {
            GroupView view = lookAtLeader();
            MembershipPlan plan = MembershipPlan.of(add, view.views());
            apply(plan, view);
            changeLeader();
        } else if (change instanceof Remove remove) {
            GroupView view = lookAtLeader();
            MembershipPlan plan = MembershipPlan.of(remove, view.views());
            apply(plan, view);
        } else if (change instanceof Transfer transfer) {
            GroupView view = lookAtLeader();
            List<RaftPeerView> views = view.views();
            RaftPeerView to = MembershipPlan.successor(transfer, views, MembershipPlan.ids(views, true));
            try {
                transfer(view, to);
            } catch (IOException e) {
                throw refused(to.id() + " was not made the leader", e);
            }
        }
    }

    /**
     * Ratis' leader takes a voter that came in its term for one that is being brought up to date, for as long as it leads: it
     * doesn't step down for that voter's higher term, and stops sending to it when a listener that joins is lost. The next
     * leader takes it for what it is.
     */
    private void changeLeader() {
        try {
            GroupView view = lookAtLeader();
            transfer(view, MembershipPlan.successor(new Transfer(Optional.empty()), view.views(), view.voterIds()));
        } catch (IOException | FlareException e) {
            log.warn("the new voters vote, but the leader was not changed; 'flare raft transfer' does that", e);
        }
    }

    private void apply(MembershipPlan plan, GroupView seen) {
        try {
            applySteps(plan, seen);
        } catch (FlareException e) {
            throw new FlareException(e.fault(), e.getMessage() + ". " + reached(plan, seen), e);
        }
    }

    /** Of several steps some may be done, and an even number of voters be left. */
    private String reached(MembershipPlan plan, GroupView before) {
        GroupView now = look();
        return now.leader().isEmpty()
                ? "Nobody says that it leads; 'flare raft status' shows who votes once one does"
                : MembershipPlan.reached(before.voterIds(), now.voterIds(), plan.goal());
    }

    private void applySteps(MembershipPlan plan, GroupView seen) {
        GroupView view = seen;
        for (int i = 0; i < plan.steps().size(); i++) {
            List<String> voters = plan.steps().get(i);
            boolean last = i == plan.steps().size() - 1;
            List<String> listeners = last
                    ? plan.listeners()
                    : view.listenerIds().stream()
                            .filter(id -> !voters.contains(id))
                            .toList();
            view = step(view, voters, listeners);
        }
    }

    /** A leader may change at any moment; what was decided holds as long as the members are those it was decided for. */
    private GroupView step(GroupView decidedFor, List<String> voters, List<String> listeners) {
        long deadline = System.nanoTime() + STEP_LIMIT.toNanos();
        GroupView view = decidedFor;
        while (true) {
            try {
                if (view.leader().isEmpty()) {
                    view = lookAgain(deadline);
                }
                if (!view.hasMembers(voters, listeners)) {
                    if (!view.hasMembers(decidedFor.voterIds(), decidedFor.listenerIds())) {
                        throw new FlareException(Fault.CONFLICT, "another changed the members meanwhile");
                    }
                    view = awayFromLeaversLead(view, voters);
                    if (view.leader().isEmpty()) {
                        view = lookAgain(deadline);
                    }
                    set(
                            view,
                            voters.stream().map(view::peer).toList(),
                            listeners.stream().map(view::peer).toList());
                }
                return look();
            } catch (IOException e) {
                if (!passes(e) || System.nanoTime() > deadline) {
                    throw refused("the members were not changed to " + voters, e);
                }
                log.info("the members are not changed yet, trying again: {}", e.toString());
                view = lookAgain(deadline);
            }
        }
    }

    /** Throws {@link FlareException} if nobody leads for longer than a change of leader takes. */
    private GroupView lookAtLeader() {
        GroupView view = look();
        if (view.leader().isEmpty()) {
            view = lookAgain(System.nanoTime() + TRANSFER_LIMIT.toNanos());
        }
        view.requireLeader();
        return view;
    }

    private GroupView lookAgain(long deadline) {
        GroupView view;
        do {
            pauseUnchecked();
            view = look();
        } while (view.leader().isEmpty() && System.nanoTime() < deadline);
        return view;
    }

    private static boolean isBusy(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ReconfigurationInProgressException) {
                return true;
            }
        }
        return false;
    }

    private static boolean passes(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotLeaderException
                    || cause instanceof LeaderNotReadyException
                    || cause instanceof ReconfigurationInProgressException
                    || cause instanceof TransferLeadershipException
                    || cause instanceof StatusRuntimeException) {
                return true;
            }
        }
        return false;
    }

    /** A leader that leaves would answer its last requests with its own end: another one leads first. */
    private GroupView awayFromLeaversLead(GroupView view, List<String> stay) throws IOException {
        RaftPeer leader = view.requireLeader();
        if (stay.contains(leader.getId().toString())) {
            return view;
        }
        transfer(view, MembershipPlan.successor(new Transfer(Optional.empty()), view.views(), stay));
        return look();
    }

    private void transfer(GroupView view, RaftPeerView to) throws IOException {
        RaftPeer leader = view.requireLeader();
        if (!leader.getId().toString().equals(to.id())) {
            orders.transfer(leader, group, view.peer(to.id()).getId(), TRANSFER_LIMIT);
            awaitLeader();
        }
    }

    /** The old leader answers as soon as it is none any more. */
    private void awaitLeader() throws IOException {
        long deadline = System.nanoTime() + TRANSFER_LIMIT.toNanos();
        while (look().leader().isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("nobody says that it leads after " + TRANSFER_LIMIT.toSeconds() + " s");
            }
            pause();
        }
    }

    private void set(GroupView view, List<RaftPeer> voters, List<RaftPeer> listeners) throws IOException {
        orders.setConfiguration(
                view.requireLeader(),
                group,
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(view.voters())
                        .setListenersInCurrentConf(view.listeners())
                        .setServersInNewConf(voters)
                        .setListenersInNewConf(listeners)
                        .build());
    }

    private static void pauseUnchecked() {
        try {
            pause();
        } catch (IOException e) {
            throw Unavailable.because("interrupted", e);
        }
    }

    static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static FlareException refused(String what, IOException cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new FlareException(Fault.CONFLICT, what + ": " + root.getMessage(), cause);
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        questions.close();
        orders.close();
    }
}
