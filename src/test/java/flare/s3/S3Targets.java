package flare.s3;

import com.typesafe.config.ConfigFactory;
import flare.fuzz.Target;
import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Documents, targets, headers and forms of S3 requests. */
public final class S3Targets {

    private static final Set<Class<? extends Exception>> REFUSALS = Set.of(FlareException.class);
    private static final BucketName BUCKET = new BucketName("object");
    private static final String FORM_TYPE = "multipart/form-data; boundary=edge";
    private static final long FORM_LIMIT_SECONDS = 10;
    private static final int MAX_PAGE = 1000;

    private S3Targets() {}

    public static List<Target> all() {
        return List.of(
                xml(), tagging(), target(), copySource(), copyRange(), policy(), form(), token(), declaredDigest());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Target xml() {
        return new Target(
                "s3-xml",
                REFUSALS,
                List.of(
                        utf8(
                                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                        + "<Object><Key>a &amp; &#x62;</Key></Object><Quiet>true</Quiet></Delete>"),
                        utf8("<Delete><!-- c --><![CDATA[x]]><?p i?><a xsi:type=\"b\" xmlns:xsi="
                                + "\"http://www.w3.org/2001/XMLSchema-instance\"/></Delete>"),
                        utf8("<!DOCTYPE Delete [<!ENTITY a \"b\">]><Delete>&a;</Delete>"),
                        utf8("<Delete>" + "<a>".repeat(33)),
                        "<Delete/>".getBytes(StandardCharsets.UTF_16)),
                input -> {
                    XmlElement root = XmlElement.parse(input, "Delete");
                    Target.require(depth(root) <= XmlElement.MAX_DEPTH, "no deeper than allowed");
                    root.child("Quiet");
                    root.knowing("Object", "Quiet");
                });
    }

    private static int depth(XmlElement element) {
        return 1 + element.children().stream().mapToInt(S3Targets::depth).max().orElse(0);
    }

    private static Target tagging() {
        return new Target(
                "s3-tagging",
                REFUSALS,
                List.of(
                        utf8("a=1&b=%C3%BC&c"),
                        utf8("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>")),
                input -> {
                    String text = new String(input, StandardCharsets.ISO_8859_1);
                    Map<String, String> tags = text.startsWith("<")
                            ? TagSet.ofDocument(input)
                            : TagSet.ofHeader(Headers.of(Map.of(TagSet.HEADER, text)));
                    Target.require(
                            TagSet.ofDocument(S3Xml.tagging(tags)).equals(tags), "tags are read as they were written");
                });
    }

    private static Target target() {
        return Target.ofText(
                "s3-target",
                REFUSALS,
                List.of(
                        "GET /object?list-type=2&prefix=a&delimiter=%2F&max-keys=5&start-after=x&encoding-type=url",
                        "GET /object?versions&key-marker=a&version-id-marker=0000000000000001",
                        "GET /object?uploads&key-marker=a&upload-id-marker=0000000000000001&max-uploads=3",
                        "GET /object?prefix=a&marker=b",
                        "PUT /object/a/../b?partNumber=1&uploadId=0000000000000001",
                        "GET /object/k?versionId=null&response-content-type=a%2Fb",
                        "GET /?max-buckets=5",
                        "POST //k?uploads"),
                text -> {
                    String[] words = text.split(" ", 2);
                    RawTarget raw = RawTarget.parse(words.length < 2 ? "/" : words[1]);
                    Operation operation =
                            Router.route(words[0], raw, Headers.of(Map.<String, String>of()), Optional.empty());
                    Target.require(operation.route().rule().method().equals(words[0]), "a route of this method");
                    if (operation.route() == BucketRoute.LIST_OBJECTS) {
                        ListQuery.parse(ListQuery.Version.V1, BUCKET, raw, MAX_PAGE)
                                .request();
                    } else if (operation.route() == BucketRoute.LIST_OBJECTS_V2) {
                        ListQuery query = ListQuery.parse(ListQuery.Version.V2, BUCKET, raw, MAX_PAGE);
                        Target.require(query.request().limit() <= MAX_PAGE, "no page is longer than allowed");
                    } else if (operation.route() == BucketRoute.LIST_VERSIONS) {
                        VersionsQuery.parse(BUCKET, raw, MAX_PAGE).request();
                    } else if (operation.route() == BucketRoute.LIST_UPLOADS) {
                        UploadsQuery.parse(BUCKET, raw, MAX_PAGE);
                    }
                });
    }

    private static Target copySource() {
        return Target.ofText(
                "s3-copy-source",
                REFUSALS,
                List.of(
                        "/object/k%2F",
                        "object/a/b?versionId=null", "/object/k?versionId=0000000000000001", "/object/"),
                CopyHandler.Source::parse);
    }

    private static Target copyRange() {
        return Target.ofText(
                "s3-copy-range",
                REFUSALS,
                List.of("bytes=0-9", "bytes=-5", "bytes=0-9223372036854775807", "bytes=5-3"),
                text -> {
                    var range = CopyRange.parse(text).within(100);
                    Target.require(
                            range.offset() >= 0 && range.end() <= 100 && range.length() > 0, "within its source");
                });
    }

    private static Target policy() {
        Instant now = Instant.parse("2015-12-30T12:00:00Z");
        return new Target(
                "s3-post-policy",
                REFUSALS,
                List.of(
                        utf8("""
                        {"expiration": "2015-12-30T12:00:00.000Z", "conditions": [{"bucket": "object"},
                         ["starts-with", "$key", "user/"], {"acl": "public-read"}, ["eq", "$x-amz-meta-a", "b"],
                         ["content-length-range", 2, "10"]]}"""),
                        utf8("{\"expiration\": \"2015-12-30T12:00:00Z\", \"conditions\": [[\"eq\", \"$\", \"\"]]}"),
                        utf8("[[[[[[")),
                input -> PostPolicyParser.parse(new String(input, StandardCharsets.UTF_8))
                        .check(Map.of("key", "user/a", "acl", "public-read", "x-amz-meta-a", "b"), BUCKET, now));
    }

    /** Its streams run elsewhere: an own small system, that ends with the process. */
    private static final class Streams {
        static final ActorSystem<Void> SYSTEM = ActorSystem.create(
                Behaviors.empty(),
                "fuzz",
                ConfigFactory.parseString("pekko.daemonic = on, pekko.loglevel = off, pekko.stdout-loglevel = off")
                        .withFallback(ConfigFactory.load()));
        static final Materializer MATERIALIZER = Materializer.createMaterializer(SYSTEM);
    }

    /** First byte: the size of the pieces that it comes in. */
    private static Target form() {
        ContentType type = ContentTypes.parse(FORM_TYPE);
        String form = FormUploadTest.form("key", "a/${filename}", "x-amz-meta-a", "b");
        return new Target(
                "s3-form", REFUSALS, List.of(utf8("\377" + form), utf8("\7" + form), utf8("\1--edge--\r\n")), input -> {
                    if (input.length == 0) {
                        return;
                    }
                    ByteString whole = ByteString.fromArray(Arrays.copyOfRange(input, 1, input.length));
                    int size = 1 + (input[0] & 0xFF);
                    var pieces = new java.util.ArrayList<ByteString>();
                    for (int at = 0; at < whole.size(); at += size) {
                        pieces.add(whole.slice(at, Math.min(at + size, whole.size())));
                    }
                    try {
                        FormUpload.parse(type, Source.from(pieces), Streams.MATERIALIZER)
                                .thenCompose(upload -> upload.file()
                                        .runFold(0L, (sum, bytes) -> sum + bytes.size(), Streams.MATERIALIZER))
                                .toCompletableFuture()
                                .orTimeout(FORM_LIMIT_SECONDS, TimeUnit.SECONDS)
                                .join();
                    } catch (CompletionException failure) {
                        throw failure.getCause() instanceof FlareException refusal ? refusal : failure;
                    }
                });
    }

    private static Target token() {
        String scope = "object\0a\0/";
        return Target.ofText(
                "s3-continuation-token",
                REFUSALS,
                List.of(ContinuationToken.ofText("a/b", scope), "AQAAAAAA", "", "====", "_-_-"),
                text -> {
                    byte[] position = ContinuationToken.decode(text, scope);
                    String again = ContinuationToken.encode(position, scope);
                    Target.require(
                            Arrays.equals(ContinuationToken.decode(again, scope), position),
                            "a position is read as it was written");
                });
    }

    private static Target declaredDigest() {
        return Target.ofText(
                "s3-digest-headers",
                REFUSALS,
                List.of(
                        "content-md5:AAAAAAAAAAAAAAAAAAAAAA==",
                        "x-amz-checksum-crc32:AAAAAA==",
                        "x-amz-trailer:x-amz-checksum-sha256\nx-amz-checksum-algorithm:SHA256",
                        "x-amz-meta-a:b\ncontent-type:text/plain;charset=\"utf-8\"\nexpires:0"),
                text -> {
                    Map<String, String> fields = new java.util.HashMap<>();
                    for (String line : text.split("\n", 16)) {
                        int colon = line.indexOf(':');
                        if (colon > 0) {
                            fields.put(line.substring(0, colon), line.substring(colon + 1));
                        }
                    }
                    Headers headers = Headers.of(fields);
                    ObjectHeaders.contentMd5(headers);
                    ObjectHeaders.attributes(headers, headers.first("content-type"), new flare.model.ByteSize(2048));
                });
    }
}
