package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.apache.pekko.actor.ActorSystem;
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

    @Test
    void remembersBucketIds() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            for (int i = 0; i < 5; i++) {
                flare.put(new byte[i]);
            }
            assertThat(flare.metadata.queries.stream().filter(Query.FindBucket.class::isInstance))
                    .hasSize(1);
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
