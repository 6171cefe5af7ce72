package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.object.ObjectService;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LongAnswersTest {

    private static final ActorSystem system = ActorSystem.create("long-answers");
    private static final S3Request REQUEST = new S3Request(
            "id",
            new flare.model.Origin(InetAddress.getLoopbackAddress(), false),
            "POST",
            RawTarget.parse("/object/key?uploadId=1"),
            Headers.of(Map.of()),
            Optional.empty());

    private final LongAnswers answers = new LongAnswers(
            Duration.ofMillis(30), SystemMaterializer.get(system).materializer());
    private final CompletableFuture<HttpResponse> work = new CompletableFuture<>();

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static HttpResponse done() {
        return Responses.xml(200, S3Xml.location("eu-west-1"));
    }

    private HttpResponse answer() throws Exception {
        return answers.answer(REQUEST, work).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void workDoneInTimeHasItsOwnStatus() throws Exception {
        work.complete(done());
        assertThat(answer().entity().isStrict()).isTrue();
        CompletableFuture<HttpResponse> refused = new CompletableFuture<>();
        refused.completeExceptionally(new FlareException(Fault.NO_SUCH_UPLOAD, "gone"));
        assertThat(answers.answer(REQUEST, refused).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void sendsWhiteSpaceUntilTheDocumentIsThere() throws Exception {
        HttpResponse begun = answer();
        assertThat(begun.status().intValue()).isEqualTo(200);
        List<String> pieces = pieces(begun, () -> work.complete(done()));
        assertThat(pieces.get(0)).startsWith("<?xml").endsWith("?>");
        assertThat(pieces.get(1)).isBlank();
        assertThat(pieces.get(2)).isBlank();
        String document = String.join("", pieces);
        assertThat(document).endsWith(">eu-west-1</LocationConstraint>").containsOnlyOnce("<?xml");
        assertThat(XmlElement.parse(document.getBytes(java.nio.charset.StandardCharsets.UTF_8), "LocationConstraint")
                        .text())
                .isEqualTo("eu-west-1");
    }

    @Test
    void aLateRefusalStandsInTheBody() throws Exception {
        HttpResponse begun = answer();
        List<String> pieces =
                pieces(begun, () -> work.completeExceptionally(new FlareException(Fault.NO_SUCH_UPLOAD, "it is gone")));
        assertThat(String.join("", pieces))
                .contains("<Code>NoSuchUpload</Code>", "<Message>it is gone</Message>", "<RequestId>id</RequestId>")
                .containsOnlyOnce("<?xml");
    }

    @Test
    void aCopyThatTakesLongKeepsItsConnection() throws Exception {
        try (TestPort port =
                new TestPort(ObjectPort.Access.open(Clock.systemUTC()), "flare.http.long-answer-after = 50ms")) {
            port.send("PUT", "/object/source", "bytes");
            ObjectInfo source = port.objects
                    .head(new BucketName("object"), ObjectKey.of("source"))
                    .toCompletableFuture()
                    .join();
            CompletableFuture<ObjectService.Copied> copy = new CompletableFuture<>();
            port.objects.copies = Optional.of(copy);
            port.kit
                    .system()
                    .scheduler()
                    .scheduleOnce(
                            Duration.ofMillis(400),
                            () -> copy.complete(new ObjectService.Copied(source, source)),
                            port.kit.system().executionContext());
            java.net.http.HttpResponse<String> answer =
                    port.send("PUT", "/object/copy", "", "x-amz-copy-source", "/object/source");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("?>", "\n").contains("<CopyObjectResult");

            port.objects.copies =
                    Optional.of(CompletableFuture.failedFuture(new FlareException(Fault.NO_SUCH_KEY, "gone")));
            assertThat(port.send("PUT", "/object/copy", "", "x-amz-copy-source", "/object/source")
                            .statusCode())
                    .as("known in time")
                    .isEqualTo(404);
        }
    }

    /** The work ends once white space was sent. */
    private static List<String> pieces(HttpResponse response, Runnable end) throws Exception {
        int[] seen = new int[1];
        return response.entity()
                .getDataBytes()
                .map(piece -> {
                    if (++seen[0] == 3) {
                        end.run();
                    }
                    return piece.utf8String();
                })
                .runWith(Sink.seq(), SystemMaterializer.get(system).materializer())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }
}
