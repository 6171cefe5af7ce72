package flare.http;

import flare.fuzz.Target;
import flare.model.ByteRange;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.util.ByteString;

/** What of a request's head and framing is read by our own code. */
public final class HttpTargets {

    private static final Set<Class<? extends Exception>> REFUSALS = Set.of(FlareException.class);
    private static final long SIZE = 1000;

    private HttpTargets() {}

    public static List<Target> all() {
        return List.of(head(), chunks(), target(), range(), conditions(), date(), token());
    }

    private static Target head() {
        return Target.ofText(
                "http-head",
                REFUSALS,
                List.of(
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                        "PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nhello",
                        "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nflare-host: y\r\n\r\n",
                        "G\nH\r\r\n\r\n"),
                text -> {
                    ByteString bytes = ByteString.fromString(text, StandardCharsets.ISO_8859_1);
                    int end = RequestHead.end(bytes, 0);
                    Target.require(end <= text.length(), "a head ends within what came");
                    for (int split = 3; split < Math.min(text.length(), 200); split += 7) {
                        // As the guard does: what was looked at is looked at again from three bytes before its end.
                        int first = RequestHead.end(bytes.take(split), 0);
                        int second = first == RequestHead.UNFINISHED
                                ? RequestHead.end(bytes, Math.max(0, split - 3))
                                : first;
                        Target.require(second == end, "a head in two pieces ends where it does in one");
                    }
                    if (end < 0) {
                        return;
                    }
                    RequestHead head = RequestHead.parse(text.substring(0, end));
                    if (head.violation().isEmpty()) {
                        RequestHead again = RequestHead.parse(head.annotated());
                        Target.require(
                                again.length() == head.length() && again.chunked() == head.chunked(),
                                "annotations change no framing");
                        // The last head of a connection is told so each time it is read.
                        Target.require(
                                head.last() || again.annotated().equals(head.annotated()),
                                "nobody's annotations but ours");
                    }
                });
    }

    private static Target chunks() {
        return Target.ofText(
                "http-chunks",
                REFUSALS,
                List.of(
                        "5\r\nhello\r\n0\r\n\r\n",
                        "3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\nGET",
                        "-1\r\n",
                        "FFFFFFFFFFFFFF\r\n"),
                text -> {
                    ByteString bytes = ByteString.fromString(text, StandardCharsets.ISO_8859_1);
                    ChunkScanner whole = new ChunkScanner();
                    int taken = whole.scan(bytes);
                    Target.require(taken <= bytes.size(), "no more is taken than came");
                    ChunkScanner split = new ChunkScanner();
                    int sum = 0;
                    for (int i = 0; i < bytes.size() && !split.isDone() && !split.isBad(); i++) {
                        sum += split.scan(bytes.slice(i, i + 1));
                    }
                    Target.require(
                            sum == taken && split.isDone() == whole.isDone() && split.isBad() == whole.isBad(),
                            "byte by byte as in one: " + taken + " and " + sum);
                });
    }

    private static Target target() {
        return Target.ofText(
                "http-target",
                REFUSALS,
                List.of("/b/k?list-type=2&prefix=a%2Fb", "http://h:1/b?x", "/%C3%BC//..?a+b=%20&=", "*", "h:443"),
                text -> {
                    RawTarget target = RawTarget.parse(text);
                    target.parameter("prefix");
                    String path = PercentCode.decodePath(target.rawPath());
                    Target.require(
                            PercentCode.decodePath(PercentCode.encodePath(path)).equals(path),
                            "a path is decoded as it was encoded");
                });
    }

    private static Target range() {
        return Target.ofText(
                "http-range",
                REFUSALS,
                List.of(
                        "bytes=0-9",
                        "bytes=-5",
                        "bytes=5-",
                        "bytes=0-0,2-3",
                        "Bytes = 1-99999999999999999999",
                        "x=1-2"),
                text -> {
                    Optional<RangeHeader> range = RangeHeader.parse(text);
                    if (range.isPresent()) {
                        Optional<ByteRange> within = range.get().within(SIZE);
                        Target.require(
                                within.isPresent()
                                        && within.get().offset() >= 0
                                        && within.get().length() > 0
                                        && within.get().end() <= SIZE,
                                "a range is within its object: " + within);
                        Target.require(range.get().within(0).isEmpty(), "an empty object has no range");
                    }
                });
    }

    private static Target conditions() {
        return Target.ofText(
                "http-conditions",
                REFUSALS,
                List.of(
                        "if-match:\"a\", W/\"b\", c",
                        "if-none-match:*",
                        "if-none-match:\"*\"\nif-modified-since:Fri, 02 Jan 2026 03:04:05 GMT",
                        "if-unmodified-since:Friday, 02-Jan-26 03:04:05 GMT\nif-match:\""),
                text -> {
                    Map<String, String> headers = new LinkedHashMap<>();
                    for (String line : text.split("\n", 8)) {
                        int colon = line.indexOf(':');
                        if (colon > 0) {
                            headers.put(line.substring(0, colon), line.substring(colon + 1));
                        }
                    }
                    Conditions conditions = Conditions.of(Headers.of(headers));
                    conditions.forWrite();
                    conditions.checkRead("a", Instant.parse("2026-01-02T03:04:05Z"));
                });
    }

    private static Target date() {
        return Target.ofText(
                "http-date",
                Set.of(),
                List.of(
                        "Sun, 06 Nov 1994 08:49:37 GMT",
                        "Sunday, 06-Nov-94 08:49:37 GMT",
                        "Sun Nov  6 08:49:37 1994",
                        "Tue, 31 Feb 2026 25:61:61 GMT"),
                text -> {
                    Optional<Instant> date = HttpDate.parse(text);
                    Target.require(
                            date.isEmpty()
                                    || HttpDate.parse(HttpDate.format(date.get()))
                                            .equals(date),
                            "a date is read as it was written");
                });
    }

    private static Target token() {
        ClusterSecret secret = ClusterSecret.of("0123456789abcdef0123456789abcdef");
        UUID cluster = new UUID(1, 2);
        NodeToken.Call call = new NodeToken.Call("GET", "/health", new UUID(3, 4));
        String right = NodeToken.issue(secret, cluster, call, 2_000);
        return Target.ofText(
                "http-node-token",
                Set.of(NodeTokenException.class),
                List.of(right, "", "v1." + cluster + ".9999999999999999999.x", right.replace("v1", "v2")),
                text -> {
                    UUID of = NodeToken.check(secret, text, call, 1_000, Duration.ofSeconds(1));
                    Target.require(text.equals(right) && of.equals(cluster), "only the token that was issued is taken");
                });
    }
}
