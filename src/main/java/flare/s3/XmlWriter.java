package flare.s3;

import flare.http.PercentCode;
import flare.model.Checksum;
import flare.s3.Owners.Owner;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes all XML that S3 clients get. What XML 1.0 can't hold is written as U+FFFD, so that a document always parses; {@code
 * encoding-type=url} is the way to learn such a key.
 */
final class XmlWriter {

    private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newDefaultFactory();
    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    private XmlWriter() throws XMLStreamException {
        this.xml = FACTORY.createXMLStreamWriter(text);
    }

    static byte[] document(Consumer<XmlWriter> content) {
        try {
            XmlWriter out = new XmlWriter();
            out.xml.writeStartDocument("UTF-8", "1.0");
            content.accept(out);
            out.xml.writeEndDocument();
            out.xml.close();
            return out.text.toString().getBytes(StandardCharsets.UTF_8);
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    private static IllegalStateException inMemory(XMLStreamException e) {
        return new IllegalStateException("a document in memory could not be written", e);
    }

    /** The document's element, in S3's namespace. */
    void root(String name) {
        open(name);
        try {
            xml.writeDefaultNamespace(NAMESPACE);
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    void open(String name) {
        try {
            xml.writeStartElement(name);
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    void close() {
        try {
            xml.writeEndElement();
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    void element(String name, String value) {
        open(name);
        characters(value);
        close();
    }

    /** Begins a grantee; its kind is told by an attribute. */
    void grantee(String type) {
        open("Grantee");
        try {
            xml.writeNamespace("xsi", SCHEMA_INSTANCE);
            xml.writeAttribute("xsi", SCHEMA_INSTANCE, "type", type);
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    void etag(String etag) {
        element("ETag", "\"" + etag + "\"");
    }

    void checksum(Optional<Checksum> checksum) {
        if (checksum.isPresent()) {
            element(
                    "Checksum" + checksum.get().algorithm().name(),
                    checksum.get().value());
            element("ChecksumType", checksum.get().type().name());
        }
    }

    void owner(Owner owner) {
        person("Owner", owner);
    }

    void person(String role, Owner owner) {
        open(role);
        element("ID", owner.id());
        owner.displayName().ifPresent(name -> element("DisplayName", name));
        close();
    }

    void commonPrefixes(List<byte[]> prefixes, UnaryOperator<String> coded) {
        for (byte[] prefix : prefixes) {
            open("CommonPrefixes");
            element("Prefix", coded.apply(new String(prefix, StandardCharsets.UTF_8)));
            close();
        }
    }

    /** How names are written in an answer that was asked for with {@code encoding-type=url}, or without. */
    static UnaryOperator<String> coding(boolean urlEncoded) {
        return urlEncoded ? PercentCode::encodePath : UnaryOperator.identity();
    }

    static String iso(Instant instant) {
        return ISO_MILLIS.format(instant.atOffset(ZoneOffset.UTC));
    }

    /** A carriage return goes out as a reference: a parser would turn a bare one into a line feed. */
    void characters(String value) {
        try {
            StringBuilder safe = new StringBuilder(value.length());
            for (int i = 0; i < value.length(); ) {
                int c = value.codePointAt(i);
                i += Character.charCount(c);
                if (c == '\r') {
                    xml.writeCharacters(safe.toString());
                    safe.setLength(0);
                    xml.writeEntityRef("#13");
                } else {
                    safe.appendCodePoint(isXmlCharacter(c) ? c : 0xFFFD);
                }
            }
            xml.writeCharacters(safe.toString());
        } catch (XMLStreamException e) {
            throw inMemory(e);
        }
    }

    /** <a href="https://www.w3.org/TR/xml/#charsets">XML 1.0, 2.2</a>. */
    private static boolean isXmlCharacter(int c) {
        return c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
    }
}
