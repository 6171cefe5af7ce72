package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.Headers;
import flare.model.ByteSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.Test;

class ObjectHeadersTest {

    private static Map<String, String> stored(String... fields) {
        List<HttpHeader> headers = Stream.of(fields)
                .map(field -> field.split(": ", 2))
                .<HttpHeader>map(field -> RawHeader.create(field[0], field[1]))
                .toList();
        return ObjectHeaders.attributes(Headers.of(headers), Optional.empty(), new ByteSize(2048))
                .headers();
    }

    @Test
    void takesTheLinesOfAListForOne() {
        assertThat(stored("Content-Encoding: aws-chunked", "Content-Encoding: gzip"))
                .isEqualTo(Map.of("content-encoding", "gzip"));
        assertThat(stored("Content-Encoding: gzip", "Content-Encoding: aws-chunked"))
                .isEqualTo(Map.of("content-encoding", "gzip"));
        assertThat(stored("Cache-Control: no-cache", "Cache-Control: private", "Content-Language: de"))
                .isEqualTo(Map.of("cache-control", "no-cache,private", "content-language", "de"));
        assertThat(stored("Content-Encoding: aws-chunked")).isEmpty();
    }
}
