package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.object.ObjectService.Listing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Documents against golden files in {@code src/test/resources/flare/s3}: hand-written after the examples of the S3 API
 * reference (ListObjectsV2, ListObjects, REST error responses, POST Object), one element a line.
 */
class S3XmlTest {

    private static final BucketName BUCKET = new BucketName("object");
    private static final Owners.Named OWNERS = kept -> new Owners.Owner("flare", Optional.of("flare"));

    @Test
    void errorMatchesItsGoldenFile() throws IOException {
        assertGolden("error.xml", S3Xml.error("NoSuchKey", "no <key> & more", "/object/a", "4442587FB7D0A2F9"));
    }

    @Test
    void listingV2MatchesItsGoldenFile() throws IOException {
        ListQuery query = query(
                ListQuery.Version.V2,
                "/object?list-type=2&prefix=a%20&delimiter=/&max-keys=2&start-after=a%20&fetch-owner=true");
        assertGolden("list-v2.xml", ListXml.listing(query, page("a <1>", "a \u0001\r\n2"), OWNERS));
    }

    @Test
    void urlEncodedListingV2MatchesItsGoldenFile() throws IOException {
        ListQuery query = query(ListQuery.Version.V2, "/object?list-type=2&prefix=a%20&delimiter=/&encoding-type=url");
        assertGolden("list-v2-url.xml", ListXml.listing(query, page("a <1>", "a \u0001\r\n2+\u00fc"), OWNERS));
    }

    @Test
    void listingV1MatchesItsGoldenFile() throws IOException {
        ListQuery query = query(ListQuery.Version.V1, "/object?prefix=a%20&marker=a");
        assertGolden("list-v1.xml", ListXml.listing(query, page("a b"), OWNERS));
    }

    @Test
    void postResponseMatchesItsGoldenFile() throws IOException {
        assertGolden("post.xml", S3Xml.postResponse("/object/a%20b", "object", "a b", "e"));
    }

    /** Whatever a key holds, a parser reads the document, and reads the key unless XML 1.0 can't hold it. */
    @Test
    void everyKeyLeavesAsWellFormedXml() throws XMLStreamException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String text = random.ints(1 + random.nextInt(12), 1, random.nextBoolean() ? 0x80 : 0x10FFFF)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            String expected = text.codePoints()
                    .map(c -> isForbidden(c) ? 0xFFFD : c)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            byte[] document = S3Xml.error("Code", text, "/", "id");
            assertThat(textOf("Message", document)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void everyFaultHasAStatusAndACode(Fault fault) {
        assertThat(ErrorMapping.of(fault).status()).isBetween(304, 507);
        assertThat(ErrorMapping.of(fault).code()).matches("[A-Z][A-Za-z0-9]+");
    }

    @Test
    void tokensComeBackAndAnythingElseIsRefused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] position = new byte[1 + random.nextInt(40)];
            random.nextBytes(position);
            String token = ContinuationToken.encode(position, "scope");
            assertThat(ContinuationToken.decode(token, "scope"))
                    .as("seed %d", seed)
                    .isEqualTo(position);
            assertThatThrownBy(() -> ContinuationToken.decode(token, "other")).isInstanceOf(FlareException.class);
            int at = random.nextInt(token.length() - 1);
            char other = token.charAt(at) == 'A' ? 'B' : 'A';
            String forged = token.substring(0, at) + other + token.substring(at + 1);
            assertThatThrownBy(() -> ContinuationToken.decode(forged, "scope"))
                    .as("seed %d", seed)
                    .isInstanceOf(FlareException.class);
        }
    }

    @Test
    void pagesThroughAListingWithoutLossOrRepetition() throws IOException, XMLStreamException {
        try (TestPort port = new TestPort()) {
            for (int i = 0; i < 23; i++) {
                port.send("PUT", "/object/dir" + i % 5 + "/k" + i, "x");
                port.send("PUT", "/object/top" + i, "x");
            }
            for (String base :
                    List.of("/object?list-type=2&max-keys=3", "/object?list-type=2&max-keys=2&delimiter=/")) {
                Set<String> seen = new HashSet<>();
                String target = base;
                for (boolean more = true; more; ) {
                    byte[] page = port.get(target).body().getBytes(StandardCharsets.UTF_8);
                    for (String name : List.of("Key", "Prefix")) {
                        textsOf(name, page).stream()
                                .filter(text -> !text.isEmpty())
                                .forEach(text ->
                                        assertThat(seen.add(text)).as(text).isTrue());
                    }
                    more = textOf("IsTruncated", page).equals("true");
                    target = more ? base + "&continuation-token=" + textOf("NextContinuationToken", page) : "";
                }
                assertThat(seen).hasSize(base.contains("delimiter") ? 28 : 46);
            }
        }
    }

    private static boolean isForbidden(int c) {
        return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF;
    }

    private static ListQuery query(ListQuery.Version version, String target) {
        return ListQuery.parse(version, BUCKET, RawTarget.parse(target), 1000);
    }

    private static Listing page(String... keys) {
        List<ObjectInfo> objects = java.util.Arrays.stream(keys)
                .map(key -> new ObjectInfo(
                        ObjectKey.of(key), 1, 5, "abc", MemoryObjectService.EPOCH, ObjectAttributes.NONE))
                .toList();
        byte[] prefix = "a dir/".getBytes(StandardCharsets.UTF_8);
        return new Listing(objects, List.of(prefix), Optional.of(prefix));
    }

    private static void assertGolden(String name, byte[] document) throws IOException {
        try (InputStream golden = Objects.requireNonNull(S3XmlTest.class.getResourceAsStream(name))) {
            assertThat(new String(document, StandardCharsets.UTF_8).replace("><", ">\n<") + "\n")
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String textOf(String element, byte[] document) throws XMLStreamException {
        return textsOf(element, document).get(0);
    }

    private static List<String> textsOf(String element, byte[] document) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
        List<String> texts = new java.util.ArrayList<>();
        while (reader.hasNext()) {
            if (reader.next() == XMLStreamReader.START_ELEMENT
                    && reader.getLocalName().equals(element)) {
                texts.add(reader.getElementText());
            }
        }
        return texts;
    }
}
