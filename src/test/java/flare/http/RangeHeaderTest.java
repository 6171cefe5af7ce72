package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.ByteRange;
import flare.model.FlareException;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeHeaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=abc",
                "bytes=5-3",
                "bytes=0-0,2-2",
                "items=0-1",
                "bytes=+1-2"
            })
    void ignoresWhatIsNoSingleRange(String value) {
        assertThat(RangeHeader.parse(value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=10-",
                "bytes=10-11",
                "bytes=-0",
                "bytes=9223372036854775808-",
                "bytes=99999999999999999999-"
            })
    void refusesRangesWithoutAByte(String value) {
        RangeHeader range = RangeHeader.parse(value).orElseThrow();
        assertThatThrownBy(() -> range.within(10)).isInstanceOf(FlareException.class);
    }

    @Test
    void clipsAtTheEnd() {
        assertThat(within("bytes=8-99999999999999999999", 10)).contains(new ByteRange(8, 2));
        assertThat(within("BYTES=8-", 10)).contains(new ByteRange(8, 2));
        assertThat(within("bytes=-99", 10)).contains(new ByteRange(0, 10));
        assertThat(within("bytes=-1", 0)).isEmpty();
    }

    /** The dumb twin asks of each byte whether it is in the range. */
    @Test
    void agreesWithItsTwin() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            int size = 1 + random.nextInt(12);
            boolean suffix = random.nextInt(3) == 0;
            int first = random.nextInt(14);
            int last = first + random.nextInt(14);
            String value = suffix ? "bytes=-" + last : "bytes=" + first + "-" + last;
            long[] wanted = LongStream.range(0, size)
                    .filter(at -> suffix ? at >= size - last : at >= first && at <= last)
                    .toArray();
            if (wanted.length == 0) {
                assertThatThrownBy(() -> within(value, size))
                        .as("seed %d", seed)
                        .isInstanceOf(FlareException.class);
            } else {
                assertThat(within(value, size))
                        .as("seed %d, %s of %d", seed, value, size)
                        .contains(new ByteRange(wanted[0], wanted.length));
            }
        }
    }

    private static Optional<ByteRange> within(String value, long size) {
        return RangeHeader.parse(value).orElseThrow().within(size);
    }
}
