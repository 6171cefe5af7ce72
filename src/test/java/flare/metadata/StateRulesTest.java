package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The design's invariants and each refusal, one by one. */
final class StateRulesTest {

    private static final long TERM = 4;
    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final NodeId NODE_1 = new NodeId(1);
    private static final NodeId NODE_2 = new NodeId(2);
    private static final NodeId NODE_3 = new NodeId(3);
    private static final URI URL = URI.create("http://127.0.0.1:20001");

    private final RocksState state;
    private long index = 100;
    private long session;

    StateRulesTest(@TempDir Path directory) throws Exception {
        this.state = States.open(directory.resolve("state"));
    }

    @BeforeEach
    void start() throws Exception {
        accept(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(3, 1 << 20, "round-robin")));
        for (int node = 1; node <= 3; node++) {
            accept(new Command.AddNode(new UUID(2, node), URL, "z" + node, 1));
        }
        session = accept(new Command.OpenSession(new UUID(3, 1), Optional.empty()));
    }

    @AfterEach
    void stop() {
        state.close();
    }

    // ---- invariants

    @Test
    void i2AReferenceCountNeverRisesFromZero() throws Exception {
        BlobId blob = putBlob(1, NODE_1);
        delete();
        refuse(Fault.CONFLICT, put(blob(1, NODE_1), 10));
        refuse(Fault.CONFLICT, new Command.PlanCopy(new ChunkId(blob, 0), NODE_2, TERM));
        assertThat(counts().deadBlobs()).isEqualTo(1);
    }

    @Test
    void i4AnOperationAppliedTwiceAnswersTheFirstResult() throws Exception {
        Envelope put = new Envelope(session, 5, 3, put(new Command.NewContent.Inline(new byte[2]), 2));
        Outcome first = apply(put);
        assertThat(apply(put)).isEqualTo(first);
        apply(new Envelope(session, 6, 6, new Command.CreateBucket(new BucketName("another"))));
        assertThat(apply(put))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFLICT));
        accept(new Command.CloseSession(session));
        assertThat(apply(new Envelope(session, 7, 6, put.command())))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, e -> assertThat(e.fault()).isEqualTo(Fault.UNAVAILABLE));
    }

    @Test
    void i4ARefusedCommandDoesNotFailItsNeighboursAndTimeNeverGoesBack() throws Exception {
        index++;
        List<Outcome> outcomes = state.apply(
                new Position(TERM, index),
                5_000,
                List.of(
                        new Envelope(0, 0, 0, put(new Command.NewContent.Inline(new byte[1]), 1)),
                        new Envelope(0, 0, 0, new Command.DeleteBucket(new BucketId(77))),
                        new Envelope(0, 0, 0, put(new Command.NewContent.Inline(new byte[2]), 2))));
        ObjectInfo one = (ObjectInfo) ((Outcome.Accepted) outcomes.get(0)).value();
        ObjectInfo two = (ObjectInfo) ((Outcome.Accepted) outcomes.get(2)).value();
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Refused.class);
        assertThat(two.version()).isGreaterThan(one.version());
        index++;
        Outcome later = state.apply(
                        new Position(TERM, index),
                        4_000,
                        List.of(new Envelope(0, 0, 0, put(new Command.NewContent.Inline(new byte[1]), 1))))
                .get(0);
        assertThat(((ObjectInfo) ((Outcome.Accepted) later).value())
                        .lastModified()
                        .toEpochMilli())
                .isEqualTo(5_000);
    }

    @Test
    void i7ABlobBelowTheWriteMarkOrOfAClosedOrUnknownSessionIsRefused() throws Exception {
        accept(new Command.RenewSession(session, 5, index, List.of()));
        refuse(Fault.UNAVAILABLE, put(blob(4, NODE_1), 10));
        accept(put(blob(5, NODE_1), 10));
        accept(new Command.ExpireSession(session, TERM));
        refuse(Fault.UNAVAILABLE, put(blob(6, NODE_1), 10));
        session = 9_999;
        refuse(Fault.UNAVAILABLE, put(blob(6, NODE_1), 10));
    }

    @Test
    void i7AnAbandonedBlobIsNeverCommittedEvenAboveTheWriteMark() throws Exception {
        accept(new Command.RenewSession(session, 0, index, List.of(blob(3, NODE_1))));
        List<Command.FreedCopy> freed = freed(NODE_1);
        assertThat(freed).hasSize(1);
        accept(new Command.ClearFreed(freed));
        refuse(Fault.UNAVAILABLE, put(blob(3, NODE_1), 10));
    }

    @Test
    void i12CopiesThatACommittedBlobWentWithoutAreFreedAndItsOwnAreNot() throws Exception {
        BlobId blob = putBlob(1, NODE_1, NODE_2);
        ChunkId chunk = new ChunkId(blob, 0);
        accept(new Command.RenewSession(session, 2, index, List.of(blob(1, NODE_1, NODE_3))));
        assertThat(freed(NODE_1)).isEmpty();
        assertThat(freed(NODE_3)).extracting(Command.FreedCopy::chunk).containsExactly(chunk);
        refuse(Fault.CONFLICT, new Command.PlanCopy(chunk, NODE_3, TERM));
        accept(new Command.ClearFreed(freed(NODE_3)));
        assertThat(chunks(blob).get(0).nodes()).containsExactly(NODE_1, NODE_2);

        accept(new Command.PlanCopy(chunk, NODE_3, TERM));
        accept(new Command.RenewSession(session, 2, index, List.of(blob(1, NODE_3))));
        assertThat(freed(NODE_3)).as("repair is at it").isEmpty();
    }

    @Test
    void i12PendingAndFreedExcludeEachOtherAndALocation() throws Exception {
        BlobId blob = putBlob(1, NODE_1, NODE_2);
        ChunkId chunk = new ChunkId(blob, 0);
        refuse(Fault.CONFLICT, new Command.PlanCopy(chunk, NODE_1, TERM));
        long pending = accept(new Command.PlanCopy(chunk, NODE_3, TERM));
        refuse(Fault.CONFLICT, new Command.PlanCopy(chunk, NODE_3, TERM));
        refuse(Fault.CONFLICT, new Command.CommitCopy(chunk, NODE_3, pending + 1));
        accept(new Command.AbandonCopy(chunk, NODE_3, pending));
        assertThat(freed(NODE_3).get(0).index()).isGreaterThan(pending);
        refuse(Fault.CONFLICT, new Command.PlanCopy(chunk, NODE_3, TERM));
        refuse(Fault.CONFLICT, new Command.CommitCopy(chunk, NODE_3, pending));
        accept(new Command.ClearFreed(freed(NODE_3)));
        long again = accept(new Command.PlanCopy(chunk, NODE_3, TERM));
        accept(new Command.CommitCopy(chunk, NODE_3, again));
        assertThat(chunks(blob).get(0).nodes()).containsExactly(NODE_1, NODE_2, NODE_3);
        assertThat(counts().repairs()).isZero();
    }

    @Test
    void i12FreedIsClearedOnlyWithItsOwnIndex() throws Exception {
        ChunkId chunk = new ChunkId(putBlob(1, NODE_1, NODE_2), 0);
        accept(new Command.DropCopy(chunk, NODE_2));
        Command.FreedCopy row = freed(NODE_2).get(0);
        accept(new Command.ClearFreed(List.of(new Command.FreedCopy(NODE_2, chunk, row.index() - 1))));
        assertThat(freed(NODE_2)).containsExactly(row);
        accept(new Command.ClearFreed(List.of(row)));
        assertThat(freed(NODE_2)).isEmpty();
    }

    @Test
    void i13ADeadBlobKeepsItsChunkListUntilItsLastFreedRowIsCleared() throws Exception {
        BlobId blob = putBlob(1, NODE_1, NODE_2);
        delete();
        assertThat(accept(new Command.FreeBlob(blob, 10, TERM))).isFalse();
        accept(new Command.ClearFreed(freed(NODE_1)));
        assertThat(chunks(blob)).hasSize(1);
        assertThat(chunks(blob).get(0).nodes())
                .as("where a read under a pin goes on")
                .contains(NODE_2);
        accept(new Command.ClearFreed(freed(NODE_2)));
        assertThat(chunks(blob)).isEmpty();
        assertThat(counts()).isEqualTo(new Query.Counts(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void i13TheLowestReadMarkIsThatOfTheLiveSessions() throws Exception {
        long other = accept(new Command.OpenSession(new UUID(3, 2), Optional.empty()));
        accept(new Command.RenewSession(session, 0, other + 1, List.of()));
        assertThat(state.query(new Query.ListSessions()).lowestReadMark()).isEqualTo(other);
        accept(new Command.CloseSession(other));
        assertThat(state.query(new Query.ListSessions()).lowestReadMark()).isEqualTo(other + 1);
    }

    /** A coordinator asks for the mark first and for FREED rows then: a session may open, and a copy be freed, between. */
    @Test
    void i13WithoutASessionTheLowestReadMarkCoversOnlyWhatIsFreedAlready() throws Exception {
        BlobId blob = putBlob(1, NODE_1, NODE_2);
        accept(new Command.CloseSession(session));
        accept(new Command.DropCopy(new ChunkId(blob, 0), NODE_1));
        long mark = state.query(new Query.ListSessions()).lowestReadMark();
        long reader = accept(new Command.OpenSession(new UUID(3, 2), Optional.empty()));
        state.query(new Query.OpenObject(BUCKET, KEY, reader));
        delete();
        accept(new Command.FreeBlob(blob, 10, TERM));
        assertThat(freed(NODE_1).get(0).index()).isLessThan(mark);
        assertThat(freed(NODE_2).get(0).index()).isGreaterThanOrEqualTo(mark);
    }

    @Test
    void i13EachRenewalIsSeenThoughTheLeadersClockWasSetBack() throws Exception {
        Command.RenewSession renewal = new Command.RenewSession(session, 0, 0, List.of());
        List<Instant> stamps = new ArrayList<>();
        for (long stampMillis : new long[] {90_000, 1_000, 2_000, 3_000}) {
            index++;
            state.apply(new Position(TERM, index), stampMillis, List.of(new Envelope(0, 0, 0, renewal)));
            stamps.add(state.query(new Query.ListSessions()).live().get(0).lastRenewed());
        }
        assertThat(stamps).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void i14ACopyIsAnOrphanOnlyWhenNothingNamesItAndNothingCanAnyMore() throws Exception {
        ChunkId located = new ChunkId(putBlob(1, NODE_1), 0);
        ChunkId unknown = new ChunkId(new BlobId(session, 8), 0);
        ChunkId foreign = new ChunkId(new BlobId(77_777, 8), 0);
        assertThat(explain(located, unknown, foreign))
                .containsExactly(
                        Query.CopyStanding.LOCATED, Query.CopyStanding.IN_FLIGHT, Query.CopyStanding.UNKNOWN_SESSION);
        Command.FreeOrphans free = new Command.FreeOrphans(NODE_1, List.of(located, unknown, foreign), TERM);
        assertThat(accept(free)).isEmpty();
        accept(new Command.RenewSession(session, 9, index, List.of()));
        assertThat(accept(free)).extracting(Command.FreedCopy::chunk).containsExactly(unknown);
        assertThat(explain(unknown)).containsExactly(Query.CopyStanding.FREED);
        accept(new Command.ExpireSession(session, TERM));
        ChunkId above = new ChunkId(new BlobId(session, 50), 0);
        assertThat(explain(above)).containsExactly(Query.CopyStanding.ORPHAN);
    }

    // ---- refusals

    @Test
    void coordinatorsOfAnotherTermAreRefused() throws Exception {
        ChunkId chunk = new ChunkId(putBlob(1, NODE_1), 0);
        refuse(Fault.CONFLICT, new Command.PlanCopy(chunk, NODE_2, TERM - 1));
        refuse(Fault.CONFLICT, new Command.FreeBlob(chunk.blob(), 1, TERM + 1));
        refuse(Fault.CONFLICT, new Command.FreeOrphans(NODE_1, List.of(), TERM - 1));
        refuse(Fault.CONFLICT, new Command.ExpireSession(session, TERM - 1));
    }

    @Test
    void conditionsAreDecidedByTheCurrentVersion() throws Exception {
        refuse(Fault.NO_SUCH_KEY, put(List.of("*"), List.of()));
        accept(put(List.of(), List.of("*")));
        refuse(Fault.PRECONDITION_FAILED, put(List.of(), List.of("*")));
        refuse(Fault.PRECONDITION_FAILED, put(List.of("other"), List.of()));
        refuse(Fault.PRECONDITION_FAILED, put(List.of(), List.of("etag")));
        accept(put(List.of("other", "etag"), List.of("different")));
        refuse(
                Fault.PRECONDITION_FAILED,
                new Command.DeleteObject(BUCKET, KEY, new WriteCondition(List.of("other"), List.of())));
    }

    @Test
    void bucketsAreFoundByTheIdThatWasAuthorised() throws Exception {
        refuse(Fault.BUCKET_ALREADY_OWNED, new Command.CreateBucket(new BucketName("object")));
        accept(put(List.of(), List.of()));
        refuse(Fault.BUCKET_NOT_EMPTY, new Command.DeleteBucket(BUCKET));
        delete();
        accept(new Command.DeleteBucket(BUCKET));
        refuse(Fault.NO_SUCH_BUCKET, new Command.DeleteBucket(BUCKET));
        BucketId anew = accept(new Command.CreateBucket(new BucketName("object")));
        assertThat(anew).isNotEqualTo(BUCKET);
        refuse(Fault.NO_SUCH_BUCKET, put(List.of(), List.of()));
        refuse(Fault.NO_SUCH_BUCKET, new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE));
    }

    @Test
    void theLastCopyIsNeverDropped() throws Exception {
        ChunkId chunk = new ChunkId(putBlob(1, NODE_1, NODE_2), 0);
        refuse(Fault.CONFLICT, new Command.DropCopy(chunk, NODE_3));
        accept(new Command.DropCopy(chunk, NODE_1));
        refuse(Fault.CONFLICT, new Command.DropCopy(chunk, NODE_2));
        assertThat(state.query(new Query.ListRepairs(10)).get(0).chunk().nodes())
                .containsExactly(NODE_2);
    }

    @Test
    void aNodeLeavesOnlyWithoutATraceAndNeverComesBack() throws Exception {
        BlobId blob = putBlob(1, NODE_1);
        refuse(Fault.CONFLICT, new Command.SetNodeState(NODE_1, NodeState.REMOVED));
        delete();
        accept(new Command.FreeBlob(blob, 10, TERM));
        refuse(Fault.CONFLICT, new Command.SetNodeState(NODE_1, NodeState.REMOVED));
        accept(new Command.ClearFreed(freed(NODE_1)));
        accept(new Command.SetNodeState(NODE_1, NodeState.REMOVED));
        refuse(Fault.CONFLICT, new Command.SetNodeState(NODE_1, NodeState.ACTIVE));
        refuse(Fault.CONFLICT, new Command.AddNode(new UUID(2, 1), URL, "z", 1));
        refuse(Fault.CONFLICT, new Command.UpdateNode(NODE_1, URL, 9));
        refuse(Fault.UNAVAILABLE, put(blob(2, NODE_1), 10));
        refuse(Fault.NO_SUCH_NODE, new Command.SetNodeState(new NodeId(9), NodeState.ACTIVE));
    }

    @Test
    void noMoreThanAThirdOfTheMembersIsMarkedLost() throws Exception {
        accept(new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        accept(new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        long members = state.query(new Query.ListNodes()).size();
        assertThat(members).isBetween(3L, 5L);
        refuse(Fault.CONFLICT, new Command.MarkLost(NODE_2, OptionalLong.of(TERM)));
        refuse(Fault.CONFLICT, new Command.MarkLost(NODE_2, OptionalLong.empty()));
        accept(new Command.SetNodeState(NODE_2, NodeState.LOST));
        refuse(Fault.NO_SUCH_NODE, new Command.MarkLost(new NodeId(9), OptionalLong.empty()));
    }

    @Test
    void onlyAnOperatorMarksADrainingNodeAndNobodyInAnotherTerm() throws Exception {
        accept(new Command.SetNodeState(NODE_1, NodeState.DRAINING));
        refuse(Fault.CONFLICT, new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        refuse(Fault.CONFLICT, new Command.MarkLost(NODE_2, OptionalLong.of(TERM + 1)));
        accept(new Command.MarkLost(NODE_1, OptionalLong.empty()));
    }

    @Test
    void aLostNodeReturnsUnlessItsDiskWasRestored() throws Exception {
        accept(new Command.UpdateNode(NODE_1, URL, 5));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 5, TERM));
        accept(new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 4, TERM));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 6, TERM + 1));
        accept(new Command.ReturnNode(NODE_1, 6, TERM));
        NodeInfo node = state.query(new Query.ListNodes()).get(0).node();
        assertThat(node.state()).isEqualTo(NodeState.ACTIVE);
        assertThat(node.incarnation()).isEqualTo(6);
    }

    @Test
    void whatAnOperatorMarkedOnlyAnOperatorTakesBack() throws Exception {
        accept(new Command.MarkLost(NODE_1, OptionalLong.empty()));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 6, TERM));
        accept(new Command.SetNodeState(NODE_1, NodeState.ACTIVE));
        accept(new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        accept(new Command.MarkLost(NODE_1, OptionalLong.empty()));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 6, TERM));
        accept(new Command.SetNodeState(NODE_1, NodeState.ACTIVE));
        accept(new Command.MarkLost(NODE_1, OptionalLong.of(TERM)));
        accept(new Command.SetNodeState(NODE_1, NodeState.LOST));
        refuse(Fault.CONFLICT, new Command.ReturnNode(NODE_1, 6, TERM));
    }

    @Test
    void anIncarnationNotAboveTheRecordedOneIsARestoredDisk() throws Exception {
        accept(new Command.UpdateNode(NODE_1, URL, 5));
        accept(new Command.UpdateNode(NODE_1, URL, 5));
        refuse(Fault.CONFLICT, new Command.UpdateNode(NODE_1, URL, 4));
        refuse(Fault.CONFLICT, new Command.UpdateNode(NODE_1, URI.create("http://127.0.0.1:20009"), 5));
    }

    @Test
    void theFeatureLevelRisesOnlyWhenEveryLiveSessionSupportsIt() throws Exception {
        accept(new Command.RaiseFeatureLevel(1));
        refuse(Fault.CONFLICT, new Command.RaiseFeatureLevel(3));
        refuse(Fault.CONFLICT, new Command.RaiseFeatureLevel(2));
        accept(new Command.CloseSession(session));
        refuse(Fault.CONFLICT, new Command.RaiseFeatureLevel(2));
        accept(new Command.OpenSession(new UUID(3, 9), Optional.empty(), 2));
        index++;
        Envelope raise = new Envelope(0, 0, 0, new Command.RaiseFeatureLevel(2));
        assertThatThrownBy(() -> state.apply(new Position(TERM, index), 1, List.of(raise)))
                .hasMessageContaining("start a newer version on this node");
    }

    @Test
    void nonsenseIsRefusedByApplyToo() throws Exception {
        refuse(Fault.INVALID_ARGUMENT, put(new Command.NewContent.Inline(new byte[3]), Long.MIN_VALUE));
        refuse(Fault.INVALID_ARGUMENT, put(new Command.NewContent.Inline(new byte[3]), 4));
        refuse(Fault.INVALID_ARGUMENT, put(new Command.NewContent.Inline(new byte[70_000]), 70_000));
        refuse(Fault.INVALID_ARGUMENT, put(blob(1, NODE_1), 11));
        refuse(Fault.INVALID_ARGUMENT, put(blob(1), 10));
        refuse(Fault.INVALID_ARGUMENT, put(blob(1, NODE_1, NODE_1), 10));
        refuse(Fault.INVALID_ARGUMENT, put(new Command.NewContent.Blob(new BlobId(session, 1), 1, List.of()), 0));
        ChunkRecord huge = new ChunkRecord(new ChunkId(new BlobId(session, 1), 0), Long.MAX_VALUE, 0, List.of(NODE_1));
        refuse(
                Fault.INVALID_ARGUMENT,
                put(new Command.NewContent.Blob(new BlobId(session, 1), 1, List.of(huge)), Long.MAX_VALUE));
        refuse(Fault.INVALID_ARGUMENT, new Command.RenewSession(session, -1, 0, List.of()));
        refuse(Fault.INVALID_ARGUMENT, new Command.FreeBlob(new BlobId(session, 1), 0, TERM));
    }

    @Test
    void anEntryBelowThePositionChangesNothing() throws Exception {
        accept(put(List.of(), List.of()));
        Outcome again = state.apply(
                        new Position(TERM, index),
                        1,
                        List.of(new Envelope(0, 0, 0, new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE))))
                .get(0);
        assertThat(again).isInstanceOf(Outcome.Refused.class);
        assertThat(state.query(new Query.StatObject(BUCKET, KEY)).key()).isEqualTo(KEY);
    }

    @Test
    void anOpenedObjectNeedsALiveSessionAndAClosedStateAnswersUnavailable() throws Exception {
        accept(put(List.of(), List.of()));
        assertThat(state.query(new Query.OpenObject(BUCKET, KEY, session)).appliedIndex())
                .isEqualTo(index);
        accept(new Command.CloseSession(session));
        fails(Fault.UNAVAILABLE, new Query.OpenObject(BUCKET, KEY, session));
        fails(Fault.NO_SUCH_KEY, new Query.StatObject(BUCKET, ObjectKey.of("none")));
        state.close();
        fails(Fault.UNAVAILABLE, new Query.StatObject(BUCKET, KEY));
    }

    // ---- words

    private Command.NewContent.Blob blob(long counter, NodeId... nodes) {
        ChunkId chunk = new ChunkId(new BlobId(session, counter), 0);
        return new Command.NewContent.Blob(chunk.blob(), 3, List.of(new ChunkRecord(chunk, 10, 7, List.of(nodes))));
    }

    private BlobId putBlob(long counter, NodeId... nodes) throws Exception {
        Command.NewContent.Blob blob = blob(counter, nodes);
        accept(put(blob, 10));
        return blob.id();
    }

    private static Command.PutObject put(Command.NewContent content, long size) {
        return new Command.PutObject(BUCKET, KEY, size, "etag", ObjectAttributes.NONE, content, WriteCondition.NONE);
    }

    private static Command.PutObject put(List<String> ifMatch, List<String> ifNoneMatch) {
        return new Command.PutObject(
                BUCKET,
                KEY,
                0,
                "etag",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(new byte[0]),
                new WriteCondition(ifMatch, ifNoneMatch));
    }

    private void delete() throws Exception {
        assertThat(accept(new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE))
                        .removed())
                .isTrue();
    }

    private List<Command.FreedCopy> freed(NodeId node) {
        return state.query(new Query.ListFreed(node, Optional.empty(), 100));
    }

    private List<ChunkRecord> chunks(BlobId blob) {
        return state.query(new Query.ListChunks(blob, 0, 100));
    }

    private List<Query.CopyStanding> explain(ChunkId... chunks) {
        return state.query(new Query.ExplainCopies(NODE_1, new ArrayList<>(List.of(chunks))));
    }

    private Query.Counts counts() {
        return state.query(new Query.GetCounts());
    }

    private Outcome apply(Envelope envelope) throws Exception {
        index++;
        return state.apply(new Position(TERM, index), index, List.of(envelope)).get(0);
    }

    @SuppressWarnings("unchecked")
    private <R> R accept(Command<R> command) throws Exception {
        Outcome outcome = apply(new Envelope(0, 0, 0, command));
        assertThat(outcome).as("%s", command).isInstanceOf(Outcome.Accepted.class);
        return (R) ((Outcome.Accepted) outcome).value();
    }

    private void refuse(Fault fault, Command<?> command) throws Exception {
        assertThat(apply(new Envelope(0, 0, 0, command)))
                .as("%s", command)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(fault));
    }

    private void fails(Fault fault, Query<?> query) {
        assertThatThrownBy(() -> state.query(query))
                .isInstanceOfSatisfying(
                        FlareException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(fault));
    }
}
