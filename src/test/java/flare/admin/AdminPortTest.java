package flare.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.admin.doctor.Doctor;
import flare.admin.doctor.ReadyCheck;
import flare.config.Settings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.metadata.Query;
import flare.metadata.Referent;
import flare.model.BlobId;
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
import flare.model.VersionId;
import flare.object.MetadataUserService;
import flare.object.ObjectLocator;
import flare.repair.DiskReport;
import flare.telemetry.Metrics;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminPortTest {

    private static final AdminAccess LOOPBACK = new AdminAccess(Optional.empty(), true);
    private static final AdminAccess OPEN_TO_ALL = new AdminAccess(Optional.empty(), false);
    private static final AdminAccess TOKEN = new AdminAccess(Optional.of("swordfish"), false);

    private static ActorTestKit kit;

    private final UserAdministration users = new UserAdministration(
            new MetadataUserService(new InMemoryMetadata(), Duration.ofSeconds(5)),
            Settings.load().s3());

    private final FixedMetadata metadata = new FixedMetadata();
    private final List<NodeHealth> health = new ArrayList<>(
            List.of(healthy(1), healthy(2), new NodeHealth(new NodeId(3), false, "full", 10, 100, 20, 7, "")));
    private final Doctor doctor = new Doctor(
            List.of(new ReadyCheck(() -> CompletableFuture.completedStage(List.of("data-1: its disk failed")))),
            Duration.ofSeconds(5));
    private final Located located = new Located();
    private final List<Metrics> opened = new ArrayList<>();

    static final class IdleWork implements BackgroundWork {

        @Override
        public List<WorkerStatus> workers() {
            return List.of(new WorkerStatus("heal", "busy", 40, 11, 2.5, 4L, "", null));
        }

        @Override
        public CompletionStage<ReclaimResult> reclaimNow() {
            return CompletableFuture.completedStage(new ReclaimResult(true, 12, 1, List.of()));
        }

        @Override
        public CompletionStage<NodeId> addNode(URI url, String zone, double weight) {
            return url.getPort() == 9003
                    ? CompletableFuture.completedStage(new NodeId(3))
                    : CompletableFuture.failedStage(
                            new FlareException(Fault.UNAVAILABLE, "nobody answers at " + url + zone + weight));
        }

        @Override
        public CompletionStage<RebalanceStatus> rebalance() {
            return CompletableFuture.completedStage(
                    new RebalanceStatus("moving", List.of(new RebalanceStatus.NodeFill(2, 30 << 20, 20 << 20))));
        }

        @Override
        public CompletionStage<RebalanceStatus> setRebalance(boolean wanted) {
            return CompletableFuture.completedStage(new RebalanceStatus(wanted ? "balanced" : "called_off", List.of()));
        }

        @Override
        public CompletionStage<RepairStatus> repairing() {
            return told("running", 5);
        }

        @Override
        public CompletionStage<RepairStatus> pauseRepair() {
            return told("paused", 5);
        }

        @Override
        public CompletionStage<RepairStatus> resumeRepair(boolean orphans) {
            return told("running", orphans ? 1 : 0);
        }

        private static CompletionStage<RepairStatus> told(String state, long lacking) {
            return CompletableFuture.completedStage(new RepairStatus(state, lacking, 0, 0, List.of()));
        }

        @Override
        public Iterator<DiskComparison> compareDisks() {
            DiskReport report = new DiskReport(
                    8,
                    9,
                    16,
                    15,
                    0,
                    1,
                    0,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    List.of("chunk 1/0: node 2 lacks its copy"),
                    List.of(new Referent.Version(new BucketName("photos"), ObjectKey.of("cat"), VersionId.NULL, true)));
            return List.of(DiskComparison.soFar(report), DiskComparison.finished(report))
                    .iterator();
        }

        @Override
        public CompletionStage<ScrubStatus> scrubbing() {
            return CompletableFuture.completedStage(
                    new ScrubStatus("waiting", false, null, null, 7, 70, 100, "2026-01-01T00:00:00Z"));
        }

        @Override
        public CompletionStage<ScrubStatus> orderScrubbing(Command.WorkerOrder order) {
            return CompletableFuture.completedStage(
                    new ScrubStatus(order.toString(), true, null, null, 7, 70, 100, null));
        }
    }

    /** An object of two chunks, of which the second is on a node that lost it. */
    private static final class Located {

        private ObjectLocator.@Nullable Question asked;

        CompletionStage<ObjectLocator.Page> get(ObjectLocator.Question question) {
            asked = question;
            if (question.key().text().equals("gone")) {
                return CompletableFuture.failedStage(
                        new FlareException(Fault.NO_SUCH_KEY, "there is no object with key gone"));
            }
            NodeInfo node = new NodeInfo(
                    new NodeId(2),
                    new UUID(1, 2),
                    URI.create("http://127.0.0.1:9002"),
                    "east",
                    1,
                    1,
                    NodeState.DRAINING);
            ChunkRecord chunk = new ChunkRecord(new ChunkId(new BlobId(9, 4), 1), 50, 0xabc, List.of(node.id()));
            return CompletableFuture.completedStage(new ObjectLocator.Page(
                    new ObjectInfo(question.key(), 77, 100, "e", Instant.EPOCH, ObjectAttributes.NONE),
                    List.of(new ObjectLocator.Piece(
                            question.from(),
                            50,
                            Optional.of(chunk),
                            List.of(new ObjectLocator.Copy(
                                    node,
                                    Query.CopyStanding.LOCATED,
                                    Optional.of(new ObjectLocator.Check(
                                            ObjectLocator.Verdict.MISSING, "node 2 has no such chunk")))))),
                    OptionalLong.of(question.from() + 50)));
        }
    }

    @BeforeAll
    static void startActors() {
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stopActors() {
        kit.shutdownTestKit();
    }

    @AfterEach
    void closeMetrics() {
        opened.forEach(Metrics::close);
    }

    @Test
    void isLiveAsSoonAsItAnswers() {
        assertThat(get(LOOPBACK, "/health/live").status().intValue()).isEqualTo(200);
    }

    @Test
    void isReadyWhenItCanCommitAndEnoughNodesAreUsable() {
        HttpResponse response = get(LOOPBACK, "/health/ready");

        assertThat(response.status().intValue()).isEqualTo(200);
        assertThat(json(response).path("ready").asBoolean()).isTrue();
    }

    @Test
    void isNotReadyWithTooFewNodesAndSaysWhichAndWhy() {
        health.set(1, new NodeHealth(new NodeId(2), false, "its disk failed", -1, -1, -1, -1, ""));

        HttpResponse response = get(LOOPBACK, "/health/ready");

        assertThat(response.status().intValue()).isEqualTo(503);
        assertThat(json(response).path("reasons").get(0).asText())
                .isEqualTo("a write needs 2 usable data nodes and there are 1; node 2: its disk failed; node 3: full");
    }

    @Test
    void isNotReadyWhenTheMetadataAnswersNothingInTime() {
        metadata.hanging = true;

        HttpResponse response = get(LOOPBACK, "/health/ready");

        assertThat(response.status().intValue()).isEqualTo(503);
        assertThat(json(response).path("reasons").get(0).asText())
                .isEqualTo("the metadata can't be read: it gave no answer within 200 ms");
    }

    @Test
    void isNotReadyWithoutALeaderOrASession() {
        metadata.leaderless = true;
        metadata.sessionLive = false;

        assertThat(json(get(LOOPBACK, "/health/ready")).path("reasons"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "the metadata can't be read: no leader is known",
                        "this process has no live session with the metadata, so it can't write");
    }

    @Test
    void isNotReadyOnceItStops() {
        AdminPort port = port(LOOPBACK);
        port.stopping();

        HttpResponse response = await(port.handle(HttpRequest.GET("/health/ready")));

        assertThat(response.status().intValue()).isEqualTo(503);
        assertThat(json(response).path("reasons").get(0).asText()).isEqualTo("this process is stopping");
    }

    @Test
    void showsAndChangesTheRaftPeers() {
        assertThat(json(get(LOOPBACK, "/admin/raft")).path(0).path("role").asText())
                .isEqualTo("leader");

        HttpResponse added = await(port(LOOPBACK).handle(HttpRequest.POST("/admin/raft/add?peer=api-2&peer=api-3")));
        assertThat(added.status().intValue()).isEqualTo(200);
        assertThat(json(added).path(0).path("id").asText()).isEqualTo("api-1");
        HttpResponse removed = await(port(LOOPBACK).handle(HttpRequest.POST("/admin/raft/remove?peer=api-1")));
        assertThat(removed.status().intValue()).isEqualTo(409);
        assertThat(json(removed).path("error").asText()).isEqualTo("nobody would be left to vote");
        assertThat(get(LOOPBACK, "/admin/raft/add?peer=api-2").status().intValue())
                .isEqualTo(405);
    }

    @Test
    void showsTheClusterItsNodesAndItsWork() {
        JsonNode status = json(get(LOOPBACK, "/admin/status"));

        assertThat(status.path("cluster").path("wantedCopies").asInt()).isEqualTo(3);
        assertThat(status.path("raft").path("leading").asBoolean()).isTrue();
        assertThat(status.path("nodes")).hasSize(3);
        assertThat(status.path("nodes").get(2).path("copies").asLong()).isEqualTo(300);
        assertThat(status.path("nodes").get(2).path("reason").asText()).isEqualTo("full");
        assertThat(status.path("sessions").path("live").get(0).path("process").asText())
                .isEqualTo("api-1");
        assertThat(status.path("counts").path("repairs").asLong()).isEqualTo(11);
        assertThat(status.path("workers").get(0).path("left").asLong()).isEqualTo(11);
        assertThat(status.path("problem").isNull()).isTrue();
    }

    @Test
    void showsItsOwnViewOfTheLogWhenTheMetadataCanNotBeRead() {
        metadata.leaderless = true;

        JsonNode status = json(get(LOOPBACK, "/admin/status"));

        assertThat(status.path("raft").path("term").asLong()).isEqualTo(3);
        assertThat(status.path("problem").asText()).isEqualTo("the metadata can't be read: no leader is known");
        assertThat(get(LOOPBACK, "/admin/nodes").status().intValue()).isEqualTo(503);
    }

    @Test
    void addsANodeAndSetsItsPlace() {
        AdminPort port = port(LOOPBACK);
        HttpResponse added = await(port.handle(HttpRequest.POST("/admin/nodes/add?url=http://h:9003&zone=r%201")));
        assertThat(json(added).path("id").asInt()).isEqualTo(3);
        HttpResponse silent =
                await(port.handle(HttpRequest.POST("/admin/nodes/add?url=http://h:9001&zone=r%201&weight=2.5")));
        assertThat(silent.status().intValue()).isEqualTo(503);
        assertThat(json(silent).path("error").asText()).isEqualTo("nobody answers at http://h:9001r 12.5");

        assertThat(json(await(port.handle(HttpRequest.POST("/admin/nodes/2/place?zone=&weight=2"))))
                        .path("id")
                        .asInt())
                .isEqualTo(2);
        assertThat(metadata.submitted)
                .containsExactly(new Command.PlaceNode(new NodeId(2), Optional.of(""), Optional.of(2.0)));
    }

    @ParameterizedTest
    @CsvSource({
        "/admin/nodes/add, url '' is not allowed",
        "/admin/nodes/add?url=h:9000, url 'h:9000' is not allowed: one such as http://10.0.0.7:9000 is",
        "/admin/nodes/add?url=http://h, url 'http://h' is not allowed",
        "/admin/nodes/add?url=http://h:9003&weight=much, weight 'much' is not allowed: a number above 0 is",
        "/admin/nodes/2/place, neither a zone nor a weight is given"
    })
    void refusesAPlaceThatIsNone(String target, String why) {
        HttpResponse refused = await(port(LOOPBACK).handle(HttpRequest.POST(target)));
        assertThat(refused.status().intValue()).isEqualTo(400);
        assertThat(json(refused).path("error").asText()).startsWith(why);
    }

    @Test
    void showsStartsAndCallsOffRebalancing() {
        JsonNode shown = json(send(LOOPBACK, HttpRequest.GET("/admin/rebalance")));
        assertThat(shown.path("state").asText()).isEqualTo("moving");
        assertThat(shown.path("nodes").get(0).path("shareBytes").asLong()).isEqualTo(20 << 20);
        assertThat(json(send(LOOPBACK, HttpRequest.POST("/admin/rebalance/start")))
                        .path("state")
                        .asText())
                .isEqualTo("balanced");
        assertThat(json(send(LOOPBACK, HttpRequest.POST("/admin/rebalance/cancel")))
                        .path("state")
                        .asText())
                .isEqualTo("called_off");
    }

    @Test
    void reclaimsNow() {
        JsonNode result = json(send(LOOPBACK, HttpRequest.POST("/admin/reclaim")));

        assertThat(result.path("complete").asBoolean()).isTrue();
        assertThat(result.path("copiesDeleted").asLong()).isEqualTo(12);
    }

    @Test
    void showsAndChangesTheClustersSettings() {
        assertThat(json(get(LOOPBACK, "/admin/settings")).path("wantedCopies").asInt())
                .isEqualTo(3);
        assertThat(send(LOOPBACK, HttpRequest.POST("/admin/settings?copies=2&strategy=consistent-hash"))
                        .status()
                        .intValue())
                .isEqualTo(200);
        assertThat(metadata.submitted)
                .containsExactly(new Command.SetClusterSettings(Optional.of(2), Optional.of("consistent-hash")));
        for (String wrong : List.of("", "?copies=many", "?colour=red")) {
            assertThat(send(LOOPBACK, HttpRequest.POST("/admin/settings" + wrong))
                            .status()
                            .intValue())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void showsRepairAndPassesOnOrders() {
        assertThat(json(get(LOOPBACK, "/admin/repair")).path("lacking").asLong())
                .isEqualTo(5);
        assertThat(json(send(LOOPBACK, HttpRequest.POST("/admin/repair/pause")))
                        .path("state")
                        .asText())
                .isEqualTo("paused");
        Map<String, Integer> resumptions = Map.of("", 0, "?orphans=false", 0, "?orphans=true", 1);
        resumptions.forEach((query, expected) -> assertThat(
                        json(send(LOOPBACK, HttpRequest.POST("/admin/repair/resume" + query)))
                                .path("lacking")
                                .asInt())
                .isEqualTo(expected));
        assertThat(send(LOOPBACK, HttpRequest.POST("/admin/repair/resume?orphans=yes"))
                        .status()
                        .intValue())
                .isEqualTo(400);
        assertThat(get(LOOPBACK, "/admin/repair/pause").status().intValue()).isEqualTo(405);
        assertThat(send(LOOPBACK, HttpRequest.POST("/admin/repair/stop"))
                        .status()
                        .intValue())
                .isEqualTo(404);
    }

    @Test
    void showsScrubbingAndPassesOnOrders() {
        assertThat(json(get(LOOPBACK, "/admin/scrub")).path("heldCopies").asLong())
                .isEqualTo(7);
        for (String order : List.of("start", "pause", "resume")) {
            JsonNode answer = json(send(LOOPBACK, HttpRequest.POST("/admin/scrub/" + order)));
            assertThat(answer.path("state").asText()).isEqualToIgnoringCase(order);
        }
        assertThat(get(LOOPBACK, "/admin/scrub/start").status().intValue()).isEqualTo(405);
        assertThat(send(LOOPBACK, HttpRequest.POST("/admin/scrub/stop"))
                        .status()
                        .intValue())
                .isEqualTo(404);
    }

    @Test
    void movesANodeToAnotherState() {
        HttpResponse response = send(LOOPBACK, HttpRequest.POST("/admin/nodes/2/draining"));

        assertThat(response.status().intValue()).isEqualTo(200);
        assertThat(json(response).path("id").asInt()).isEqualTo(2);
        assertThat(metadata.submitted).containsExactly(new Command.SetNodeState(new NodeId(2), NodeState.DRAINING));
    }

    @Test
    void marksANodeLostWithinTheLimitUnlessForced() {
        send(LOOPBACK, HttpRequest.POST("/admin/nodes/2/lost"));
        send(LOOPBACK, HttpRequest.POST("/admin/nodes/2/lost?force=true"));

        assertThat(metadata.submitted)
                .containsExactly(
                        new Command.MarkLost(new NodeId(2), OptionalLong.empty()),
                        new Command.SetNodeState(new NodeId(2), NodeState.LOST));
    }

    @Test
    void saysWhyANodeMayNotLeave() {
        HttpResponse response = send(LOOPBACK, HttpRequest.POST("/admin/nodes/2/removed"));

        assertThat(response.status().intValue()).isEqualTo(409);
        assertThat(json(response).path("error").asText()).isEqualTo("node 2 still holds 12 copies");
    }

    @Test
    void scrapesTheClustersFigures() {
        String scraped = text(get(LOOPBACK, "/metrics"));

        assertThat(scraped)
                .contains("flare_node_copies{node=\"3\"} 300.0")
                .contains("flare_node_usable{node=\"3\"} 0.0")
                .contains("flare_repair_queue 11.0")
                .contains("flare_raft_applied_index 95.0")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void showsAGapAndNoOldFigureWhenTheMetadataCanNotBeRead() {
        AdminPort port = port(LOOPBACK);
        await(port.handle(HttpRequest.GET("/metrics")));
        metadata.leaderless = true;

        String scraped = text(await(port.handle(HttpRequest.GET("/metrics"))));

        assertThat(scraped)
                .contains("flare_repair_queue NaN")
                .contains("flare_raft_term 3.0")
                .doesNotContain("flare_node_copies{");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404",
        "GET, /metrics/, 404",
        "GET, /debug, 404",
        "GET, /admin, 404",
        "POST, /admin/nodes/0/draining, 404",
        "POST, /admin/nodes/99999999999/draining, 404",
        "POST, /admin/nodes/1/burning, 404",
        "POST, /metrics, 405",
        "GET, /admin/reclaim, 405",
        "POST, /admin/rebalance, 405",
        "GET, /admin/rebalance/start, 405",
        "POST, /admin/rebalance/stop, 404",
        "DELETE, /admin/status, 405",
        "PUT, /health/live, 405",
        "HEAD, /health/ready, 200",
    })
    void refusesUnknownPathsAndWrongMethods(String method, String path, int status) {
        HttpRequest request =
                HttpRequest.create(path).withMethod(HttpMethods.lookup(method).orElseThrow());

        HttpResponse response = send(LOOPBACK, request);

        assertThat(response.status().intValue()).isEqualTo(status);
        assertThat(response.entity().getContentType().toString()).isEqualTo("application/json");
        assertThat(response.getHeader("Allow").isPresent()).isEqualTo(status == 405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/admin/status", "/admin/nodes", "/debug", "/"})
    void servesOnlyHealthBeyondLoopbackWithoutAToken(String path) {
        HttpResponse response = get(OPEN_TO_ALL, path);

        assertThat(response.status().intValue()).isEqualTo(403);
        assertThat(json(response).path("error").asText()).contains("flare.admin.token is not set");
        assertThat(get(OPEN_TO_ALL, "/health/live").status().intValue()).isEqualTo(200);
        assertThat(get(OPEN_TO_ALL, "/health/ready").status().intValue()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        ", 401",
        "Bearer, 401",
        "Bearer swordfis, 401",
        "Bearer swordfishes, 401",
        "Basic swordfish, 401",
        "swordfish, 401",
        "Bearer swordfish, 200",
        "bearer swordfish, 200",
    })
    void asksForTheTokenWhereOneIsSet(String authorization, int status) {
        HttpRequest request = HttpRequest.GET("/metrics");
        if (authorization != null) {
            request = request.addHeader(RawHeader.create("Authorization", authorization));
        }

        HttpResponse response = send(TOKEN, request);

        assertThat(response.status().intValue()).isEqualTo(status);
        assertThat(response.getHeader("WWW-Authenticate").isPresent()).isEqualTo(status == 401);
        assertThat(get(TOKEN, "/health/live").status().intValue()).isEqualTo(200);
    }

    @Test
    void hasTheMetadataChecked() {
        JsonNode result = json(send(LOOPBACK, HttpRequest.POST("/admin/fsck")));

        assertThat(result.toString()).isEqualTo("{\"index\":7,\"rows\":70,\"problems\":1,\"first\":[\"a problem\"]}");
        assertThat(get(LOOPBACK, "/admin/fsck").status().intValue()).isEqualTo(405);
    }

    @Test
    void tellsOfAComparisonWithTheDisksALineAStep() {
        HttpResponse response = send(LOOPBACK, HttpRequest.POST("/admin/fsck/disks"));

        assertThat(response.entity().getContentType().toString()).isEqualTo("application/x-ndjson");
        List<String> lines = text(response).lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("\"finished\":false", "\"chunks\":8", "\"first\":[]");
        assertThat(lines.get(1))
                .contains("\"finished\":true", "\"missing\":1", "node 2 lacks its copy")
                .contains("\"damaged\":[{\"bucket\":\"photos\",\"key\":\"cat\",\"version\":\"null\",\"newest\":true");
        assertThat(get(LOOPBACK, "/admin/fsck/disks").status().intValue()).isEqualTo(405);
    }

    @Test
    void tellsWhatTheDoctorFinds() {
        JsonNode report = json(get(LOOPBACK, "/admin/doctor"));

        assertThat(report.path("worst").asText()).isEqualTo("FAIL");
        assertThat(report.path("findings").path(0).path("value").asText()).isEqualTo("data-1: its disk failed");
    }

    @Test
    void warnsOfALoneVoterWhereObjectsAreToSurviveADisk() {
        assertThat(json(get(LOOPBACK, "/admin/status")).path("warnings")).isEmpty();
        metadata.voters = 1;

        JsonNode status = json(get(LOOPBACK, "/admin/status"));

        assertThat(status.path("problem").isNull()).isTrue();
        assertThat(status.path("warnings").path(0).asText())
                .startsWith("a single voter holds the only metadata, though 3 copies of each chunk are kept")
                .contains("flare raft add");
        assertThat(text(get(LOOPBACK, "/metrics"))).contains("flare_raft_voters 1.0");
    }

    @Test
    void locatesAnObject() {
        JsonNode page = json(get(
                LOOPBACK, "/admin/objects/locate?bucket=photos&key=a%2Fb+c&version=null&from=50&limit=1&verify=true"));

        assertThat(located.asked)
                .isEqualTo(new ObjectLocator.Question(
                        new BucketName("photos"), ObjectKey.of("a/b c"), Optional.of(VersionId.NULL), 50, 1, true));
        assertThat(page.path("size").asLong()).isEqualTo(100);
        assertThat(page.path("next").asLong()).isEqualTo(100);
        JsonNode piece = page.path("pieces").path(0);
        assertThat(piece.path("crc32c").asText()).isEqualTo("00000abc");
        assertThat(piece.path("copies").path(0).toString())
                .isEqualTo("{\"node\":2,\"url\":\"http://127.0.0.1:9002\",\"zone\":\"east\",\"nodeState\":\"draining\","
                        + "\"state\":\"located\",\"check\":\"missing\",\"note\":\"node 2 has no such chunk\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "bucket=photos&key=gone | 404 | there is no object with key gone",
                "bucket=photos | 400 | the parameter 'key' is needed",
                "key=a | 400 | the parameter 'bucket' is needed",
                "bucket=P&key=a | 400 | 'P' is not a bucket name: 3 to 63 characters of a-z, 0-9, '.' and '-' are",
                "bucket=photos&key=a&limit=257 | 400 | limit = 257 is not allowed: 1 to 256 is",
                "bucket=photos&key=a&limit=0 | 400 | limit = 0 is not allowed: 1 to 256 is",
                "bucket=photos&key=a&from=x | 400 | from = x is not allowed: a number is",
                "bucket=photos&key=a&verify=x | 400 | verify = x is not allowed: true or false is",
                "bucket=photos&key=a&version=x | 400 | 'x' is not a version id",
                "bucket=photos&key=a&versoin=x | 400 | there is no parameter 'versoin' here",
            })
    void refusesToLocateWhatIsNoObject(String query, int status, String sentence) {
        HttpResponse response = get(LOOPBACK, "/admin/objects/locate?" + query);

        assertThat(response.status().intValue()).isEqualTo(status);
        assertThat(json(response).path("error").asText()).isEqualTo(sentence);
    }

    @Test
    void tellsNoPathsOrSecretsInItsHealth() {
        assertThat(text(get(TOKEN, "/health/live"))).isEqualTo("{\"live\":true}");
        assertThat(text(get(TOKEN, "/health/ready"))).isEqualTo("{\"ready\":true,\"reasons\":[]}");
    }

    @Test
    void sendsAnOperatorOfADataProcessElsewhere() {
        AdminPort port = new AdminPort(
                kit.system(),
                LOOPBACK,
                LocalProcess.ofChunks(() -> CompletableFuture.completedStage(List.of("data-1: its disk failed"))),
                doctor::examine,
                scrape());

        HttpResponse ready = await(port.handle(HttpRequest.GET("/health/ready")));
        HttpResponse reclaim = await(port.handle(HttpRequest.POST("/admin/reclaim")));

        assertThat(ready.status().intValue()).isEqualTo(503);
        assertThat(reclaim.status().intValue()).isEqualTo(400);
        assertThat(json(reclaim).path("error").asText()).contains("ask an API process");
    }

    @Test
    void tellsWhatAStartWaitsFor() {
        AdminPort port = new AdminPort(
                kit.system(),
                LOOPBACK,
                LocalProcess.starting(() -> "waits for the other founders"),
                doctor::examine,
                scrape());

        HttpResponse ready = await(port.handle(HttpRequest.GET("/health/ready")));
        HttpResponse status = await(port.handle(HttpRequest.GET("/admin/status")));
        HttpResponse reclaim = await(port.handle(HttpRequest.POST("/admin/reclaim")));

        assertThat(ready.status().intValue()).isEqualTo(503);
        assertThat(json(ready).path("reasons").get(0).asText())
                .isEqualTo("this process is starting: it waits for the other founders");
        assertThat(json(status).path("problem").asText()).contains("waits for the other founders");
        for (String path : List.of("/admin/nodes", "/admin/raft", "/admin/users")) {
            HttpResponse answer = await(port.handle(HttpRequest.GET(path)));
            assertThat(answer.status().intValue()).as(path).isEqualTo(503);
            assertThat(json(answer).path("error").asText()).contains("waits for the other founders");
        }
        assertThat(reclaim.status().intValue()).isEqualTo(503);
    }

    @Test
    void aDataProcessThatIsWellHasNoProblem() {
        List<String> obstacles = new ArrayList<>();
        AdminPort port = new AdminPort(
                kit.system(),
                LOOPBACK,
                LocalProcess.ofChunks(() -> CompletableFuture.completedStage(List.copyOf(obstacles))),
                doctor::examine,
                scrape());
        JsonNode well = json(await(port.handle(HttpRequest.GET("/admin/status"))));
        obstacles.add("data-1: its disk failed");
        JsonNode ill = json(await(port.handle(HttpRequest.GET("/admin/status"))));

        assertThat(well.path("problem").isNull()).isTrue();
        assertThat(well.path("raft").isNull()).isTrue();
        assertThat(ill.path("problem").asText()).isEqualTo("data-1: its disk failed");
        for (String path : List.of("/admin/nodes", "/admin/space")) {
            HttpResponse elsewhere = await(port.handle(HttpRequest.GET(path)));
            assertThat(elsewhere.status().intValue()).as(path).isEqualTo(400);
            assertThat(json(elsewhere).path("error").asText()).contains("ask an API process");
        }
    }

    @Test
    void tellsWhatIsStoredWhatItTakesAndWhatHoldsSpaceBack() {
        JsonNode space = json(get(LOOPBACK, "/admin/space?limit=2&after=a-"));

        assertThat(space.path("totals").path("stored").path("objectBytes").asLong())
                .isEqualTo(5_000);
        assertThat(space.path("totals").path("raw").path("copyBytes").asLong()).isEqualTo(6 * 4_096);
        assertThat(space.path("totals").path("raw").path("totalBytes").asLong()).isEqualTo(300);
        assertThat(space.path("totals").path("raw").path("freedCopies").asLong())
                .isEqualTo(3);
        assertThat(space.path("totals").path("raw").path("trashBytes").asLong()).isEqualTo(13);
        assertThat(space.path("totals").path("room").path("totalBytes").asLong())
                .isEqualTo(80);
        assertThat(space.path("totals").path("room").path("freeBytes").asLong())
                .as("three copies, two usable nodes")
                .isZero();
        assertThat(space.path("nodes").get(0).path("freedBytes").asLong()).isEqualTo(90);
        assertThat(space.path("buckets").get(1).path("name").asText()).isEqualTo("b-bucket");
        assertThat(space.path("buckets").get(1).path("uploadBytes").asLong()).isEqualTo(70);
        assertThat(space.path("next").asText()).isEqualTo("b-bucket");
        assertThat(space.path("waiting").toString())
                .contains("3 copies with 90 bytes wait on node 1: 1 of the first 2 for reads of session 17"
                        + " (process api-1), which may read as of log entry 90")
                .contains("20 bytes or more are in no object any more")
                .contains("7 bytes are in the trash of node 3");
        assertThat(json(get(LOOPBACK, "/admin/space?after=b-bucket"))
                        .path("next")
                        .isNull())
                .isTrue();
    }

    @Test
    void tellsNoSumBeforeAllIsCounted() {
        metadata.counted = false;

        assertThat(json(get(LOOPBACK, "/admin/space")).path("waiting").toString())
                .contains("is still being counted");
        assertThat(text(get(LOOPBACK, "/metrics")))
                .contains("flare_space_stored_object_bytes NaN")
                .contains("flare_space_copy_bytes 24576.0")
                .contains("flare_bucket_objects{bucket=\"a-bucket\"} 7.0")
                .doesNotContain("flare_bucket_bytes{");
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=10001", "limit=x", "before=a"})
    void refusesAPageOfBucketsThatIsNone(String query) {
        HttpResponse response = get(LOOPBACK, "/admin/space?" + query);

        assertThat(response.status().intValue()).isEqualTo(400);
        assertThat(json(response).path("error").asText()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void scrapesSumsAndTheFirstBuckets() {
        assertThat(text(get(LOOPBACK, "/metrics")))
                .contains("flare_space_stored_object_bytes 5000.0")
                .contains("flare_space_stored_older_bytes 600.0")
                .contains("flare_space_held_bytes 20.0")
                .contains("flare_space_usable_total_bytes 80.0")
                .contains("flare_node_trash_bytes{node=\"3\"} 7.0")
                .contains("flare_bucket_bytes{bucket=\"a-bucket\"} 4670.0")
                .contains("flare_bucket_bytes{bucket=\"b-bucket\"} 4670.0")
                .doesNotContain("bucket=\"c-bucket\"");
    }

    @Test
    void scrapesADataProcessesOwnDisksAndNoFigureItCanNotKnow() {
        AdminPort port = new AdminPort(
                kit.system(),
                LOOPBACK,
                LocalProcess.ofChunks(() -> CompletableFuture.completedStage(List.of())),
                doctor::examine,
                scrape());

        String scraped = text(await(port.handle(HttpRequest.GET("/metrics"))));

        assertThat(scraped)
                .contains("flare_disk_free_bytes{uuid=\"a\"} 40.0")
                .contains("flare_disk_total_bytes{uuid=\"a\"} 100.0")
                .contains("flare_disk_chunks{uuid=\"a\"} 7.0")
                .contains("flare_disk_state{state=\"full\",uuid=\"a\"} 1.0")
                .contains("flare_disk_state{state=\"unknown\",uuid=\"b\"} 1.0")
                .doesNotContain("flare_disk_free_bytes{uuid=\"b\"}")
                .doesNotContain("flare_raft")
                .doesNotContain("NaN");
    }

    @ParameterizedTest
    @CsvSource({"flare-violation, 400", "flare-overload, 503"})
    void refusesWhatTheGuardRefused(String header, int status) {
        HttpResponse response =
                send(TOKEN, HttpRequest.GET("/health/live").addHeader(RawHeader.create(header, "a sentence")));

        assertThat(response.status().intValue()).isEqualTo(status);
        assertThat(json(response).path("error").asText()).isEqualTo("a sentence");
    }

    private AdminPort port(AdminAccess access) {
        ApiProcess process = new ApiProcess(
                metadata,
                0,
                Duration.ofMillis(200),
                () -> List.copyOf(health),
                new IdleWork(),
                Optional::empty,
                users,
                located::get);
        return new AdminPort(kit.system(), access, process, doctor::examine, scrape());
    }

    private Scrape scrape() {
        return new Scrape(
                metrics(),
                2,
                () -> CompletableFuture.completedStage(
                        List.of(new DiskStatus("a", "full", 40, 100, 7), new DiskStatus("b", "unknown", -1, -1, -1))));
    }

    private Metrics metrics() {
        Metrics metrics = new Metrics();
        opened.add(metrics);
        return metrics;
    }

    private HttpResponse get(AdminAccess access, String path) {
        return send(access, HttpRequest.GET(path));
    }

    private HttpResponse send(AdminAccess access, HttpRequest request) {
        return await(port(access).handle(request));
    }

    private static HttpResponse await(CompletionStage<HttpResponse> response) {
        return response.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }

    private static String text(HttpResponse response) {
        return response.entity()
                .toStrict(5_000, kit.system())
                .toCompletableFuture()
                .join()
                .getData()
                .utf8String();
    }

    private static JsonNode json(HttpResponse response) {
        try {
            return new ObjectMapper().readTree(text(response));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static NodeHealth healthy(int node) {
        return new NodeHealth(new NodeId(node), true, "", 50, 100, 20, 3, "");
    }
}
