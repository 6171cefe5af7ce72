package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import flare.object.ObjectService.PutRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names of buckets and their ids, and listings. */
class BucketsTest {

    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("buckets");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @Test
    void anOutdatedBucketIdIsLookedUpAgain() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            BucketName name = new BucketName("again");
            PutRequest request = new PutRequest(
                    name, KEY, Optional.of(5L), Optional.empty(), ObjectAttributes.NONE, WriteCondition.NONE);
            var first = await(flare.metadata.submit(new Command.CreateBucket(name)));
            await(flare.service.put(request, body(new byte[5])));
            await(flare.service.delete(name, KEY, WriteCondition.NONE));
            await(flare.metadata.submit(new Command.DeleteBucket(first)));
            await(flare.metadata.submit(new Command.CreateBucket(name)));
            assertThat(await(flare.service.put(request, body(new byte[5]))).size())
                    .isEqualTo(5);
            assertThat(await(flare.service.head(name, KEY)).size()).isEqualTo(5);
        }
    }

    /** What was authorised is the bucket that had the name then; another of its name was not (I5). */
    @Test
    void aBucketMadeAnewWhileTheBodyComesIsAnother() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            BucketName name = new BucketName("again");
            PutRequest request = new PutRequest(
                    name, KEY, Optional.of(5L), Optional.empty(), ObjectAttributes.NONE, WriteCondition.NONE);
            var first = await(flare.metadata.submit(new Command.CreateBucket(name)));
            CompletableFuture<ByteString> rest = new CompletableFuture<>();
            var upload = flare.service.put(request, Source.completionStage(rest));
            Awaitility.await()
                    .until(() -> flare.metadata.queries.stream().anyMatch(Query.FindBucket.class::isInstance));
            await(flare.metadata.submit(new Command.DeleteBucket(first)));
            await(flare.metadata.submit(new Command.CreateBucket(name)));
            rest.complete(ByteString.fromArray(new byte[5]));
            assertThat(fault(upload)).isEqualTo(Fault.NO_SUCH_BUCKET);
            assertThat(fault(flare.service.head(name, KEY))).isEqualTo(Fault.NO_SUCH_KEY);
        }
    }

    @Test
    void aSmallBodyIsPutIntoTheBucketThatHasTheNameNow() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            BucketName name = new BucketName("again");
            PutRequest request = new PutRequest(
                    name, KEY, Optional.of(0L), Optional.empty(), ObjectAttributes.NONE, WriteCondition.NONE);
            var first = await(flare.metadata.submit(new Command.CreateBucket(name)));
            assertThat(fault(flare.service.head(name, KEY))).isEqualTo(Fault.NO_SUCH_KEY);
            await(flare.metadata.submit(new Command.DeleteBucket(first)));
            await(flare.metadata.submit(new Command.CreateBucket(name)));
            await(flare.service.put(request, ByteString.emptyByteString()));
            assertThat(await(flare.service.head(name, KEY)).size()).isZero();
        }
    }

    @Test
    void remembersBucketIds() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(new byte[0]);
            flare.metadata.queries.clear();
            for (int i = 0; i < 5; i++) {
                await(flare.service.head(BUCKET, KEY));
            }
            assertThat(flare.metadata.queries.stream().filter(Query.FindBucket.class::isInstance))
                    .isEmpty();
        }
    }

    @Test
    void listsPagesAndNothingForALimitOfZero() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            for (String key : List.of("a", "b/1", "b/2", "c")) {
                await(flare.service.put(
                        new PutRequest(
                                BUCKET,
                                ObjectKey.of(key),
                                Optional.of(1L),
                                Optional.empty(),
                                ObjectAttributes.NONE,
                                WriteCondition.NONE),
                        body(new byte[1])));
            }
            byte[] none = new byte[0];
            var page =
                    await(flare.service.list(new ObjectService.ListRequest(BUCKET, none, new byte[] {'/'}, none, 2)));
            assertThat(page.objects()).extracting(info -> info.key().text()).containsExactly("a");
            assertThat(page.commonPrefixes()).containsExactly(new byte[] {'b', '/'});
            assertThat(page.next()).isPresent();
            var empty = await(flare.service.list(new ObjectService.ListRequest(BUCKET, none, none, none, 0)));
            assertThat(empty.objects()).isEmpty();
            assertThat(empty.next()).isEmpty();
            assertThat(fault(flare.service.list(
                            new ObjectService.ListRequest(new BucketName("nowhere"), none, none, none, 0))))
                    .isEqualTo(Fault.NO_SUCH_BUCKET);
        }
    }
}
