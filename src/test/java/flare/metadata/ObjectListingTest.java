package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of the store against the model, which looks at every key. */
final class ObjectListingTest {

    private static final long SEED = 11;
    private static final BucketId BUCKET = new BucketId(1);
    /** Few, so that prefixes and delimiters meet; the last two bound the order of UTF-8's bytes. */
    private static final List<String> LETTERS = List.of("a", "b", "/", "/", "//", "\u0001", "\uDBFF\uDFFF");

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private long index;

    @Test
    void everyPageIsWhatLookingAtAllKeysSays() throws Exception {
        ModelState model = new ModelState();
        try (RocksState state = States.open(directory.resolve("state"))) {
            apply(state, model, new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x")));
            apply(state, model, new Command.CreateBucket(new flare.model.BucketName("other")));
            for (int i = 0; i < 400; i++) {
                apply(state, model, put(text(1 + random.nextInt(6))));
            }
            for (int i = 0; i < 4000; i++) {
                Query.ListObjects list = new Query.ListObjects(
                        new BucketId(1 + random.nextInt(2)),
                        bytes(text(random.nextInt(3))),
                        bytes(text(random.nextInt(3))),
                        bytes(text(random.nextInt(5))),
                        1 + random.nextInt(random.nextBoolean() ? 3 : 50));
                assertSame(state.query(list), model.query(list), list);
            }
        }
    }

    @Test
    void pagesFollowEachOtherWithoutLossOrRepeat() throws Exception {
        ModelState model = new ModelState();
        try (RocksState state = States.open(directory.resolve("state"))) {
            apply(state, model, new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x")));
            for (int i = 0; i < 300; i++) {
                apply(state, model, put(text(1 + random.nextInt(5))));
            }
            for (String delimiter : List.of("", "/", "//", "ab")) {
                byte[] none = {};
                Query.ObjectPage whole =
                        state.query(new Query.ListObjects(BUCKET, none, bytes(delimiter), none, 10_000));
                List<ObjectInfo> objects = new ArrayList<>();
                List<String> prefixes = new ArrayList<>();
                byte[] after = none;
                while (true) {
                    Query.ObjectPage page = state.query(
                            new Query.ListObjects(BUCKET, none, bytes(delimiter), after, 1 + random.nextInt(4)));
                    objects.addAll(page.objects());
                    page.commonPrefixes().forEach(prefix -> prefixes.add(string(prefix)));
                    if (page.next().isEmpty()) {
                        break;
                    }
                    after = page.next().orElseThrow();
                }
                assertThat(objects).isEqualTo(whole.objects());
                assertThat(prefixes)
                        .isEqualTo(whole.commonPrefixes().stream()
                                .map(ObjectListingTest::string)
                                .toList());
                assertThat(whole.next()).isEmpty();
            }
        }
    }

    @Test
    void refusesAnUnknownBucketAndALimitBelowOne() throws Exception {
        byte[] none = {};
        try (RocksState state = States.open(directory.resolve("state"))) {
            Query.ListObjects unknown = new Query.ListObjects(new BucketId(9), none, none, none, 1);
            assertThatThrownBy(() -> state.query(unknown))
                    .isInstanceOfSatisfying(
                            FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.NO_SUCH_BUCKET));
            apply(
                    state,
                    new ModelState(),
                    new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x")));
            assertThatThrownBy(() -> state.query(new Query.ListObjects(BUCKET, none, none, none, 0)))
                    .isInstanceOfSatisfying(
                            FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.INVALID_ARGUMENT));
        }
    }

    private String text(int letters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < letters; i++) {
            text.append(LETTERS.get(random.nextInt(LETTERS.size())));
        }
        return text.toString();
    }

    private static Command<?> put(String key) {
        return new Command.PutObject(
                BUCKET,
                ObjectKey.of(key),
                0,
                "e",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(new byte[0]),
                WriteCondition.NONE);
    }

    private void apply(RocksState state, ModelState model, Command<?> command) throws Exception {
        index++;
        List<Envelope> entry = List.of(new Envelope(0, 0, 0, command));
        model.apply(new Position(1, index), index, entry);
        state.apply(new Position(1, index), index, entry);
    }

    private static void assertSame(Query.ObjectPage actual, Query.ObjectPage expected, Query.ListObjects list) {
        String asked = "seed " + SEED + ": prefix '" + string(list.prefix()) + "', delimiter '"
                + string(list.delimiter()) + "', after '" + string(list.after()) + "', limit " + list.limit();
        assertThat(actual.objects()).as(asked).isEqualTo(expected.objects());
        assertThat(actual.commonPrefixes().stream()
                        .map(ObjectListingTest::string)
                        .toList())
                .as(asked)
                .isEqualTo(expected.commonPrefixes().stream()
                        .map(ObjectListingTest::string)
                        .toList());
        assertThat(actual.next().map(ObjectListingTest::string))
                .as(asked)
                .isEqualTo(expected.next().map(ObjectListingTest::string));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
