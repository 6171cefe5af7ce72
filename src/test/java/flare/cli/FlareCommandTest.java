package flare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FlareCommandTest {

    private static final String NODE = """
            {"id":3,"uuid":"u","url":"http://127.0.0.1:9002","zone":"","weight":1.0,"state":"draining","usable":false,\
            "reason":"full","copies":12,"bytes":3145728,"freeBytes":10,"totalBytes":100,"addedLater":true}""";

    private final List<String> asked = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private int status = 200;
    private String answer = "";
    /** Given before {@link #answer}, each once. */
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            String next = answers.poll();
            byte[] body = (next == null ? answer : next).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void listsUploadsThatAreOpen() {
        answer = """
                {"uploads":[{"bucket":"photos","key":"a b","id":"00000000000a1b2c","initiated":"2026-01-02T03:04:05Z",\
                "parts":3,"bytes":15728640}],"more":true}""";
        assertThat(run("uploads", "list", "--bucket", "photos", "--older-than", "12h"))
                .isZero();
        assertThat(asked)
                .singleElement()
                .asString()
                .startsWith("GET /admin/uploads?bucket=photos&older-than=43200&limit=1000 ");
        assertThat(out.toString())
                .contains("00000000000a1b2c  2026-01-02T03:04:05Z  3      15.0 MiB  photos  a b")
                .contains("there are more");
    }

    @Test
    void abortsUploadsByIdOrAge() {
        answer = "{\"aborted\":1,\"more\":false}";
        assertThat(run("uploads", "abort", "00000000000a1b2c")).isZero();
        assertThat(run("uploads", "abort", "--older-than", "7d", "--yes")).isZero();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0)).startsWith("POST /admin/uploads/abort?id=00000000000a1b2c&limit=10000 ");
        assertThat(asked.get(1)).startsWith("POST /admin/uploads/abort?older-than=604800&limit=10000 ");
        assertThat(out.toString()).contains("aborted 1 upload\n");
    }

    @Test
    void abortsNothingThatWasNotSaid() {
        assertThat(run("uploads", "abort")).isEqualTo(2);
        assertThat(run("uploads", "abort", "--older-than", "7d")).isEqualTo(2);
        assertThat(run("uploads", "abort", "--older-than", "soon", "--yes")).isEqualTo(2);
        assertThat(err.toString())
                .contains("which uploads?", "--yes is needed", "--older-than soon is not allowed: an age such as 90s");
        assertThat(asked).isEmpty();
    }

    @Test
    void showsWhatTheDoctorFindsAndFailsWhereSomethingHas() {
        answer = """
                {"worst":"FAIL","findings":[\
                {"check":"fsync","subject":"metadata in /x","severity":"OK","value":"1.00 ms","wayOut":null},\
                {"check":"data node","subject":"3 at u","severity":"FAIL","value":"does not answer","wayOut":"start it"}]}""";
        assertThat(run("doctor")).isEqualTo(1);
        assertThat(asked).singleElement().asString().startsWith("GET /admin/doctor ");
        assertThat(out.toString()).isEqualTo("""
                        FAIL  data node, 3 at u: does not answer
                              -> start it
                        2 things looked at, 1 are as they should be
                        """);
        assertThat(run("doctor", "--all")).isEqualTo(1);
        assertThat(out.toString()).contains("OK    fsync, metadata in /x: 1.00 ms\n");
        answer = answer.replace("FAIL", "WARN");
        assertThat(run("doctor", "--json")).isZero();
        assertThat(out.toString()).contains("\"wayOut\" : \"start it\"");
    }

    @Test
    void showsWhatTheCheckOfTheMetadataFound() {
        answer = "{\"index\":9,\"rows\":70,\"problems\":0,\"first\":[]}";
        assertThat(run("fsck")).isZero();
        assertThat(asked).singleElement().asString().startsWith("POST /admin/fsck ");
        assertThat(out.toString()).isEqualTo("70 rows of the metadata up to log entry 9 were checked: no problem\n");
        answer = "{\"index\":9,\"rows\":70,\"problems\":2,\"first\":[\"blobs: recorded are 3\"]}";
        assertThat(run("fsck")).isEqualTo(1);
        assertThat(out.toString())
                .endsWith(
                        "blobs: recorded are 3\n70 rows of the metadata up to log entry 9 were checked: 2 problems, of"
                                + " which these are the first 1\n");
    }

    @Test
    void showsWhatTheComparisonWithTheDisksFound() {
        String line = """
                {"finished":%s,"error":%s,"chunks":8,"ofChunks":9,"copies":16,"onDisks":15,"inFlight":0,"missing":%d,"lost":0,\
                "doubtful":0,"orphans":2,"unlocated":0,"foreign":0,"notAsked":[%s],"first":["chunk 1/0: node 2 lacks its copy"],\
                "damaged":[{"bucket":"photos","key":"cat","version":"null","newest":true,"upload":null,"part":0}]}
                """;
        String begun = line.formatted("false", "null", 0, "");
        answer = begun + line.formatted("true", "null", 1, "");
        assertThat(run("fsck", "--disks")).isEqualTo(1);
        assertThat(asked).singleElement().asString().startsWith("POST /admin/fsck/disks ");
        assertThat(out.toString())
                .startsWith(
                        "chunk 1/0: node 2 lacks its copy\ndamaged: photos/cat (version null)\n8 chunks with 16 copies")
                .contains("missing: 1 copies; chunks lost: 0\n")
                .contains("2 that nothing refers to")
                .contains("flare scrub start");

        answer = begun + line.formatted("true", "null", 0, "");
        assertThat(run("fsck", "--disks", "--json"))
                .as("orphans wait for the sweep")
                .isZero();
        assertThat(out.toString()).contains("\"orphans\" : 2");

        answer = begun + line.formatted("true", "null", 0, "\"node 3 is lost\"");
        assertThat(run("fsck", "--disks")).isEqualTo(1);
        assertThat(out.toString()).contains("incomplete: node 3 is lost\n");

        answer = begun + line.formatted("false", "\"no leader\"", 0, "");
        assertThat(run("fsck", "--disks")).isEqualTo(1);
        assertThat(err.toString()).contains("ended after 8 chunks: no leader");

        answer = begun;
        assertThat(run("fsck", "--disks")).isEqualTo(1);
        assertThat(err.toString()).contains("ended its answer early");
    }

    @Test
    void showsTheWarningsOfTheStatusWithoutFailing() {
        answer = """
                {"version":"0.1.0","nodes":[],"workers":[],"problem":null,"warnings":["a single voter"]}""";
        assertThat(run("status")).isZero();
        assertThat(out.toString()).startsWith("WARNING   a single voter\n");
    }

    private static String located(long next) {
        return """
                {"bucket":"photos","key":"a b","version":"null","internalVersion":77,"etag":"e","size":100,\
                "lastModified":"2026-01-02T03:04:05Z","pieces":[{"offset":0,"length":50,"chunk":"9-4/1","chunkLength":50,\
                "crc32c":"00000abc","copies":[{"node":2,"url":"u","zone":"east","nodeState":"draining",\
                "state":"located","check":%s,"note":null}]},{"offset":50,"length":1,"chunk":null,"chunkLength":null,\
                "crc32c":null,"copies":[]}],"next":%s}""".formatted(next < 0 ? "\"corrupt\"" : "\"sound\"", next <= 0 ? "null" : Long.toString(next));
    }

    @Test
    void showsWhereAnObjectIsPageByPage() {
        answer = located(0);
        answers.add(located(51));
        assertThat(run("object", "locate", "a b", "--bucket", "photos", "--version-id", "null", "--verify"))
                .isZero();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0))
                .startsWith("GET /admin/objects/locate?bucket=photos&key=a+b&version=null&verify=true&limit=16 ");
        assertThat(asked.get(1)).contains("&limit=16&from=51 ");
        assertThat(out.toString())
                .contains("photos/a b, version null, 100 bytes, ETag e, of 2026-01-02T03:04:05Z")
                .containsPattern("\\n0 +50 +9-4/1 +00000abc +2 +east +located +sound +the node is draining\\n")
                .containsPattern("\\n50 +1 +in the metadata\\n");
    }

    @Test
    void failsWhereACopyIsDamagedOrTheObjectIsReplacedMeanwhile() {
        answer = located(-1);
        assertThat(run("object", "locate", "a b")).isEqualTo(1);
        answers.add(located(51));
        answer = located(0).replace(":77", ":78");
        assertThat(run("object", "locate", "a b")).isEqualTo(1);
        assertThat(err.toString()).contains("the object was replaced while it was looked at");
    }

    @Test
    void showsTheCertificate() {
        answer = """
                {"version":"0.1.0","nodes":[],"workers":[],"certificate":{"names":["a","*.a"],\
                "notAfter":"2027-01-01T00:00:00Z","expired":true,"problem":"x.key: damaged"},"problem":null}""";
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains(
                        "https     a, *.a, EXPIRED on 2027-01-01T00:00:00Z; the newer one IS NOT SERVED: x.key: damaged");
    }

    @Test
    void showsTheStatus() {
        answer = """
                {"version":"0.1.0","cluster":{"id":"c","epoch":1,"featureLevel":1,"wantedCopies":3,"chunkBytes":8388608,\
                "placementStrategy":"round-robin"},"raft":{"peer":"api-1","leader":"api-1","term":3,"leading":true,\
                "appliedIndex":95,"committedIndex":96,"sessionLive":true},"nodes":[%s],"sessions":null,"counts":\
                {"objects":7,"blobs":7,"chunks":9,"deadBlobs":0,"freed":2,"pending":0,"repairs":4},"workers":\
                [{"name":"heal","state":"busy","done":1,"left":4,"perSecond":0.5,"secondsLeft":8,"note":"","alarm":null}],\
                "problem":null}""".formatted(NODE);

        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains("cluster   c, copies 3, chunks of 8.0 MiB, round-robin")
                .contains("leader api-1, term 3, applied 95 of 96")
                .contains("7 objects, 9 chunks; 4 lack copies")
                .contains("3     draining  no      12      3.0 MiB  10 bytes  http://127.0.0.1:9002  full")
                .contains("heal  busy   1     4     0.5       8 s");
    }

    private static final String TOTALS = """
            {"counted":%s,"stored":{"objectBytes":2048,"olderBytes":1024,"uploadBytes":5,"blobBytes":4096,"deadBytes":7,\
            "heldBytes":940},"raw":{"totalBytes":10485760,"freeBytes":5242880,"reserveBytes":1024,"copyBytes":8192,\
            "freedCopies":2,"freedBytes":1000,"trashBytes":24,"unheardNodes":1},\
            "room":{"copies":2,"totalBytes":3145728,"freeBytes":2097152}}""";

    private static String space(boolean counted) {
        return """
                {"totals":%s,"nodes":[{"id":1,"copyBytes":8192,"freedCopies":2,"freedBytes":1000,"trashBytes":24,\
                "freeBytes":-1,"totalBytes":-1}],"buckets":[{"name":"photos","owner":"","objects":7,"bytes":2048,\
                "olderVersions":2,"olderBytes":1024,"uploads":1,"uploadBytes":5}],"next":"photos",\
                "waiting":["2 copies wait on node 1: they are being deleted now"]}""".formatted(TOTALS.formatted(counted));
    }

    @Test
    void showsWhatIsStoredAndWhatItTakes() {
        answer = space(true);
        assertThat(run("space", "--after", "a b", "--limit", "7")).isZero();
        assertThat(asked.get(0)).startsWith("GET /admin/space?limit=7&after=a+b ");
        assertThat(out.toString())
                .contains("stored    2.0 KiB in objects, 1.0 KiB in older versions, 5 bytes in open uploads\n")
                .contains("940 bytes are only held by slices; 7 bytes are of nothing any more\n")
                .contains("8.0 KiB in copies, 1000 bytes in 2 copies to be deleted, 24 bytes in the trash\n")
                .contains("5.0 MiB free of 10.0 MiB, 1.0 KiB of them in reserve; 1 nodes told nothing yet\n")
                .contains("usable    2.0 MiB more fit of 3.0 MiB, with 2 copies\n")
                .containsPattern("\n1 +8.0 KiB +1000 bytes +24 bytes +\\? +\\?\n")
                .containsPattern("\nphotos +7 +2.0 KiB +2 +1.0 KiB +1 +5 bytes\n")
                .contains("There are more: --after photos\n")
                .contains("WAITS     2 copies wait on node 1");
    }

    @Test
    void tellsNoBytesThatAreNotCountedYet() {
        answer = space(false);
        assertThat(run("space")).isZero();
        assertThat(out.toString())
                .contains("stored    not counted yet")
                .containsPattern("\nphotos +7 +\\? +2 +\\? +1 +\\?\n");
        answer = """
                {"version":"0.1.0","raft":null,"nodes":[],"workers":[],"problem":null,"space":%s}""".formatted(TOTALS.formatted(true));
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains("role      keeps chunks only")
                .contains(
                        "space     3.0 KiB stored, 8.0 KiB on data nodes; 2.0 MiB more fit; 1.0 KiB are being given back");
    }

    @Test
    void tellsAScriptOfAProblemByItsExitStatus() {
        answer = """
                {"version":"0.1.0","nodes":[],"workers":[],"problem":"no leader is known"}""";

        assertThat(run("status", "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"problem\" : \"no leader is known\"");
    }

    @Test
    void listsNodes() {
        answer = "[" + NODE + "]";

        assertThat(run("node", "list")).isZero();
        assertThat(asked).containsExactly("GET /admin/nodes null");
        assertThat(out.toString()).startsWith("NODE  STATE");
    }

    @Test
    void drainsANodeShowingTheToken() {
        answer = NODE;

        assertThat(run("node", "drain", "3", "--token", "swordfish")).isZero();
        assertThat(asked).containsExactly("POST /admin/nodes/3/draining Bearer swordfish");
        assertThat(out.toString()).isEqualToNormalizingNewlines("node 3 is draining and holds 12 copies\n");
    }

    @Test
    void countsANodesCopiesAsGone() {
        answer = NODE;

        assertThat(run("node", "lost", "3")).isZero();
        assertThat(run("node", "lost", "3", "--force")).isZero();
        assertThat(asked).containsExactly("POST /admin/nodes/3/lost null", "POST /admin/nodes/3/lost?force=true null");
    }

    @Test
    void exchangesARaftPeerAndShowsThePeers() {
        answer = """
                [{"id":"api-4-0a1b2c3d","address":"h:8010","role":"follower","voter":true,"term":3,"committedIndex":9,\
                "appliedIndex":8,"lag":1},{"id":"api-2","address":"g:8010","role":"unreachable","voter":true,"term":-1,\
                "committedIndex":-1,"appliedIndex":-1,"lag":-1}]""";

        assertThat(run("raft", "add", "api-4", "api-5", "--replace", "api-1", "--even"))
                .isZero();
        assertThat(asked).containsExactly("POST /admin/raft/add?peer=api-4&peer=api-5&even=true&replace=api-1 null");
        assertThat(out.toString())
                .contains("api-4-0a1b2c3d  follower     yes    h:8010   3     9          8        1")
                .contains("api-2           unreachable  yes    g:8010   ?     ?          ?        ?");
    }

    @Test
    void handsTheLeadToAnyPeer() {
        answer = "[]";

        assertThat(run("raft", "transfer")).isZero();
        assertThat(asked).containsExactly("POST /admin/raft/transfer null");
    }

    @Test
    void addsANodeAndSetsItsPlace() {
        answer = """
                {"id":4,"uuid":"u","url":"http://h:9003","zone":"r 1","weight":2.5,"state":"active","usable":false,
                "reason":null,"copies":0,"bytes":0,"freeBytes":-1,"totalBytes":-1}""";
        assertThat(run("node", "add", "http://h:9003", "--zone", "r 1", "--weight", "2.5"))
                .isZero();
        assertThat(out.toString())
                .isEqualToNormalizingNewlines("node 4 at http://h:9003 is active in zone r 1, weight 2.5\n");
        assertThat(run("node", "set", "4", "--zone", "")).isZero();
        assertThat(run("node", "undrain", "4")).isZero();
        assertThat(asked)
                .containsExactly(
                        "POST /admin/nodes/add?url=http%3A%2F%2Fh%3A9003&zone=r+1&weight=2.5 null",
                        "POST /admin/nodes/4/place?zone= null", "POST /admin/nodes/4/active null");
        assertThat(run("node", "set", "4")).isEqualTo(2);
        assertThat(err.toString()).contains("--zone, --weight or both are allowed");
    }

    @Test
    void rebalances() {
        answer = """
                {"state":"moving","nodes":[{"id":2,"bytes":31457280,"shareBytes":20971520},
                {"id":3,"bytes":0,"shareBytes":10485760},{"id":4,"bytes":0,"shareBytes":0}]}""";
        assertThat(run("rebalance", "status")).isZero();
        assertThat(out.toString())
                .contains("about 10.0 MiB are to be moved")
                .contains("150.0 %")
                .containsPattern("3 +0 bytes +10.0 MiB +0.0 %")
                .containsPattern("4 +0 bytes +0 bytes +-");

        answer = "{\"state\":\"called_off\",\"nodes\":[]}";
        assertThat(run("rebalance", "cancel")).isZero();
        assertThat(out.toString()).contains("called off until 'flare rebalance start'");
        assertThat(run("rebalance", "start")).isZero();
        assertThat(asked)
                .containsExactly(
                        "GET /admin/rebalance null",
                        "POST /admin/rebalance/cancel null",
                        "POST /admin/rebalance/start null");
        assertThat(run("rebalance")).isEqualTo(2);
    }

    @Test
    void changesTheClustersSettings() {
        answer = """
                {"id":"c","epoch":1,"featureLevel":1,"wantedCopies":3,"chunkBytes":8388608,"placementStrategy":"round-robin"}""";
        assertThat(run("settings", "show")).isZero();
        assertThat(out.toString()).contains("copies      3").contains("chunk size  8.0 MiB");
        assertThat(run("settings", "set", "copies=3", "strategy=round-robin")).isZero();
        assertThat(asked)
                .containsExactly("GET /admin/settings null", "POST /admin/settings?copies=3&strategy=round-robin null");
        assertThat(run("settings", "set", "copies")).isEqualTo(2);
        assertThat(run("settings", "set")).isEqualTo(2);
    }

    @Test
    void showsAndOrdersRepair() {
        answer = """
                {"state":"paused","lacking":7,"pulling":1,"freed":3,"workers":[{"name":"orphan-sweep","state":"idle",\
                "done":0,"left":0,"perSecond":0.0,"secondsLeft":null,"note":"stopped","alarm":"too many"}]}""";

        assertThat(run("repair", "status")).isZero();
        assertThat(out.toString())
                .contains("PAUSED until 'flare repair resume'")
                .contains("7 chunks have other copies than wanted, 1 copies being made, 3 to be deleted")
                .contains("ALARM: too many");
        assertThat(run("repair", "pause", "--json")).isZero();
        assertThat(run("repair", "resume")).isZero();
        assertThat(run("repair", "resume", "--orphans")).isZero();
        assertThat(asked)
                .containsExactly(
                        "GET /admin/repair null",
                        "POST /admin/repair/pause null",
                        "POST /admin/repair/resume null",
                        "POST /admin/repair/resume?orphans=true null");
    }

    @Test
    void showsScrubbing() {
        answer = """
                {"state":"running","byHand":true,"pass":{"started":"2026-01-02T00:00:00Z","ended":null,"copies":5,\
                "bytes":5242880,"corrupt":1,"missing":2,"kept":1,"damaged":0,"unanswered":4},"last":\
                {"started":"2026-01-01T00:00:00Z","ended":"2026-01-01T01:00:00Z","copies":9,"bytes":9437184,"corrupt":0,\
                "missing":0,"kept":0,"damaged":0,"unanswered":0},"heldCopies":10,"heldBytes":10485760,\
                "bytesPerSecond":1048576,"next":null}""";

        assertThat(run("scrub", "status")).isZero();
        assertThat(out.toString())
                .contains("state     running, by hand")
                .contains("holds     10 copies, 10.0 MiB; checked at 1.0 MiB a second")
                .contains(
                        "since 2026-01-02T00:00:00Z: 5 copies, 5.0 MiB; 1 corrupt, 2 missing, 1 of them kept, 4 not answered")
                .contains(
                        "last      2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z: 9 copies, 9.0 MiB; 0 corrupt, 0 missing");
        assertThat(run("scrub", "start")).isZero();
        assertThat(run("scrub", "pause")).isZero();
        assertThat(run("scrub", "resume", "--json")).isZero();
        assertThat(asked)
                .containsExactly(
                        "GET /admin/scrub null",
                        "POST /admin/scrub/start null",
                        "POST /admin/scrub/pause null",
                        "POST /admin/scrub/resume null");
        answer = answer.replaceFirst("\"damaged\":0", "\"damaged\":1");
        assertThat(run("scrub", "status")).isEqualTo(1);
        assertThat(out.toString()).contains("1 CHUNKS WITHOUT A GOOD COPY");
    }

    @Test
    void reclaims() {
        answer = """
                {"complete":false,"copiesDeleted":5,"orphansDeleted":2,"left":["node 3 does not answer"]}""";

        assertThat(run("reclaim")).isEqualTo(1);
        assertThat(out.toString()).contains("deleted 5 copies").contains("left: node 3 does not answer");
    }

    @Test
    void passesOnARefusalAsOneSentence() {
        status = 409;
        answer = "{\"error\":\"node 3 still holds 12 copies\"}";

        assertThat(run("node", "remove", "3")).isEqualTo(1);
        assertThat(err.toString()).isEqualToNormalizingNewlines("flare: node 3 still holds 12 copies\n");
    }

    @Test
    void saysWhatToDoWhenNoServerIsReached() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        int exit = FlareCommand.create()
                .setErr(new PrintWriter(err, true))
                .execute("status", "--admin", "http://127.0.0.1:" + free);

        assertThat(exit).isEqualTo(3);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("flare: no server reached at http://127.0.0.1:" + free)
                .endsWith("start one with 'flare server', or name its admin port with --admin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "", "null", "[1]"})
    void doesNotTakeAnotherServerForFlare(String page) {
        answer = page;

        assertThat(run("status")).isEqualTo(1);
        assertThat(err.toString()).contains("no admin port of Flare");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "stats",
                "status --jsn",
                "node",
                "node drain",
                "node drain x",
                "node drain 0",
                "raft",
                "raft add",
                "scrub",
                "repair",
                "metadata",
                "metadata export",
                "cluster",
                "cluster kill"
            })
    void refusesWrongUsage(String line) {
        String[] words = line.isEmpty() ? new String[0] : line.split(" ");

        int exit = FlareCommand.create().setErr(new PrintWriter(err, true)).execute(words);

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).startsWith("flare: ").contains("Try 'flare").doesNotContain("Usage");
    }

    @Test
    void tellsWhatWasPerhapsMeant() {
        FlareCommand.create().setErr(new PrintWriter(err, true)).execute("statsu");

        assertThat(err.toString()).contains("Did you mean").contains("status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "ftp://localhost", "http:", "http://a b"})
    void refusesAnAdminPortThatIsNoUrl(String url) {
        int exit = FlareCommand.create().setErr(new PrintWriter(err, true)).execute("status", "--admin", url);

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains("a URL such as http://127.0.0.1:8001 is");
    }

    @Test
    void takesFurtherSubcommandsAndNamesThemInItsHelp() {
        @Command(name = "server", description = "Starts a server.")
        class Server implements Runnable {
            private boolean started;

            @Override
            public void run() {
                started = true;
            }
        }
        Server command = new Server();
        CommandLine line = FlareCommand.create(command).setOut(new PrintWriter(out, true));

        assertThat(line.execute("server")).isZero();
        assertThat(command.started).isTrue();
        assertThat(line.execute("help")).isZero();
        assertThat(out.toString()).contains("Starts a server.").contains("flare node drain 3");
    }

    @Test
    void printsItsVersion() {
        assertThat(run0("version")).isZero();
        assertThat(out.toString()).startsWith("flare 0.1.0, Java ");
        assertThat(run0("node", "drain", "--version")).isZero();
        assertThat(out.toString()).endsWith(String.format("flare 0.1.0%n"));
    }

    private int run(String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.add("--admin");
        line.add("http://127.0.0.1:" + server.getAddress().getPort());
        return run0(line.toArray(String[]::new));
    }

    private int run0(String... words) {
        return FlareCommand.create()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
