package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.randomBytes;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.WriteCondition;
import flare.object.ObjectService.PutRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused, when, and that nothing of it is left. */
class UploadRefusalsTest {

    private static final byte[] BYTES = randomBytes(1, 2 * CHUNK_BYTES + 99_999);
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("upload-refusals");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @Test
    void refusesABodyAtHandThatIsNotTheAnnouncedOne() {
        ByteString bytes = ByteString.fromArray(new byte[100]);
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            PutRequest longer = request(101);
            PutRequest other = new PutRequest(
                    longer.bucket(),
                    longer.key(),
                    Optional.of(100L),
                    Optional.of(new byte[16]),
                    longer.attributes(),
                    longer.condition());

            assertThat(fault(flare.service.put(longer, bytes))).isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(other, bytes))).isEqualTo(Fault.BAD_DIGEST);
            assertThat(flare.metadata.commands(Command.PutObject.class)).isEmpty();
        }
    }

    @Test
    void aBodyShorterOrLongerThanAnnouncedIsRefused() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            assertThat(fault(flare.service.put(request(BYTES.length + 1), body(BYTES))))
                    .isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(request(BYTES.length - 1), body(BYTES))))
                    .isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(request(10), body(new byte[9])))).isEqualTo(Fault.INCOMPLETE_BODY);
            flare.assertAbandoned();
        }
    }

    @Test
    void whatIsRefusedBeforehandCancelsTheBodyUnread() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            long max = flare.environment.settings().maxObjectSize().bytes();
            assertRefusedUnread(flare, request(max + 1), Fault.ENTITY_TOO_LARGE);
            assertRefusedUnread(flare, with(new byte[15], WriteCondition.NONE), Fault.INVALID_DIGEST);
            assertRefusedUnread(
                    flare,
                    new PutRequest(
                            new BucketName("nowhere"),
                            KEY,
                            Optional.of(5L),
                            Optional.empty(),
                            ObjectAttributes.NONE,
                            WriteCondition.NONE),
                    Fault.NO_SUCH_BUCKET);
            assertRefusedUnread(
                    flare, with(null, new WriteCondition(List.of(), List.of("*"))), Fault.PRECONDITION_FAILED);
            assertRefusedUnread(
                    flare, with(null, new WriteCondition(List.of("other"), List.of())), Fault.PRECONDITION_FAILED);
            assertThat(flare.metadata.commands(Command.PutObject.class)).hasSize(1);
        }
    }

    private static PutRequest with(byte @Nullable [] md5, WriteCondition condition) {
        return new PutRequest(BUCKET, KEY, Optional.of(5L), Optional.ofNullable(md5), ObjectAttributes.NONE, condition);
    }

    private static void assertRefusedUnread(ObjectFixture flare, PutRequest request, Fault fault) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Source<ByteString, ?> body = Source.<ByteString>maybe()
                .watchTermination((none, done) -> done.whenComplete((ok, failure) -> end.complete("ended")));
        assertThat(fault(flare.service.put(request, body))).isEqualTo(fault);
        assertThat(end).succeedsWithin(ObjectFixture.LIMIT);
    }

    @Test
    void aWrongContentMd5IsRefusedAfterTheBytesAndBeforeTheCommit() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 2)) {
            for (byte[] bytes : List.of(BYTES, new byte[5])) {
                PutRequest request = new PutRequest(
                        BUCKET,
                        KEY,
                        Optional.empty(),
                        Optional.of(new byte[16]),
                        ObjectAttributes.NONE,
                        WriteCondition.NONE);
                assertThat(fault(flare.service.put(request, body(bytes)))).isEqualTo(Fault.BAD_DIGEST);
                flare.assertAbandoned();
            }
        }
    }

    @Test
    void uploadsPastTheLimitAreAskedToSlowDownAndLaterOnesAreNot() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            CompletableFuture<ByteString> rest = new CompletableFuture<>();
            List<CompletionStage<ObjectInfo>> running = new java.util.ArrayList<>();
            for (int i = 0; i < flare.environment.settings().maxUploads(); i++) {
                running.add(flare.service.put(request(-1), Source.completionStage(rest)));
            }
            assertRefusedUnread(flare, request(5), Fault.SLOW_DOWN);
            rest.complete(ByteString.fromArray(BYTES));
            running.forEach(ObjectFixture::await);
            flare.put(BYTES);
        }
    }
}
