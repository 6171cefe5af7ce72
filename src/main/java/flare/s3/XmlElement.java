package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * One element of a document that a client sent: elements or text, attributes dropped but for {@code type}. Namespaces are
 * not told apart, as S3 doesn't. No DTD, no entity beyond the five, bounded in depth and elements; the caller bounds bytes.
 *
 * @param type the attribute {@code xsi:type}, by which grantees differ
 * @param text of an element without children, as it stands
 */
record XmlElement(String name, Optional<String> type, String text, List<XmlElement> children) {

    /** A named limit of 32 levels and 12,000 elements: DeleteObjects of 1,000 keys needs some 4,000. */
    static final int MAX_DEPTH = 32;

    static final int MAX_ELEMENTS = 12_000;

    private static final XMLInputFactory FACTORY = factory();

    XmlElement {
        children = List.copyOf(children);
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /**
     * Throws {@link FlareException} with MALFORMED_XML for what is not UTF-8, not well-formed, has a DTD, is past a limit, or
     * has another root.
     */
    static XmlElement parse(byte[] document, String root) {
        return parse(document, root, MAX_ELEMENTS);
    }

    /** The same of a document that rightly has more elements, or must have fewer. */
    static XmlElement parse(byte[] document, String root, int maxElements) {
        requireUtf8(document);
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(document), "UTF-8");
            try {
                return new Parser(reader, maxElements).document(root);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw malformed("the document is not well-formed XML: " + firstLine(e.getMessage()), e);
        } catch (FlareException refusal) {
            throw refusal;
        } catch (RuntimeException e) {
            // The JDK's reader has no text for some faults of a DTD, and says that instead: MissingResourceException.
            throw malformed("the document is not well-formed XML", e);
        }
    }

    /** The one child of this name. Throws MALFORMED_XML if there are several. */
    Optional<XmlElement> child(String childName) {
        List<XmlElement> found = all(childName);
        if (found.size() > 1) {
            throw malformed(
                    name + " has " + found.size() + " elements " + childName + ", at most one is allowed", null);
        }
        return found.stream().findFirst();
    }

    /** Throws MALFORMED_XML unless there is exactly one. */
    XmlElement only(String childName) {
        return child(childName).orElseThrow(() -> malformed(name + " has no element " + childName, null));
    }

    List<XmlElement> all(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    /** Throws MALFORMED_XML if a child is none of these. */
    XmlElement knowing(String... names) {
        List<String> known = List.of(names);
        for (XmlElement child : children) {
            if (!known.contains(child.name)) {
                throw malformed("element " + child.name + " in " + name + " is not known", null);
            }
        }
        return this;
    }

    static FlareException malformed(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        return new FlareException(Fault.MALFORMED_XML, message, cause);
    }

    private static void requireUtf8(byte[] document) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
        } catch (CharacterCodingException e) {
            throw malformed("the document is not UTF-8", e);
        }
    }

    private static String firstLine(@org.jspecify.annotations.Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    /** One pass; recursion is bounded by the depth. */
    private static final class Parser {

        private final XMLStreamReader reader;
        private final int maxElements;
        private int elements;

        Parser(XMLStreamReader reader, int maxElements) {
            this.reader = reader;
            this.maxElements = maxElements;
        }

        XmlElement document(String root) throws XMLStreamException {
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.DTD) {
                    throw malformed("a document type declaration is not allowed", null);
                }
                if (event == XMLStreamConstants.START_ELEMENT) {
                    if (!reader.getLocalName().equals(root)) {
                        throw malformed("expected " + root + ", found " + reader.getLocalName(), null);
                    }
                    XmlElement parsed = element(1);
                    while (reader.hasNext()) {
                        reader.next();
                    }
                    return parsed;
                }
            }
            throw malformed("the document is empty", null);
        }

        private XmlElement element(int depth) throws XMLStreamException {
            if (depth > MAX_DEPTH || ++elements > maxElements) {
                throw malformed(
                        "the document has more than " + maxElements + " elements or " + MAX_DEPTH + " levels", null);
            }
            String name = reader.getLocalName();
            Optional<String> type =
                    Optional.ofNullable(reader.getAttributeValue("http://www.w3.org/2001/XMLSchema-instance", "type"));
            StringBuilder text = new StringBuilder();
            List<XmlElement> children = new ArrayList<>();
            while (true) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> children.add(element(depth + 1));
                    case XMLStreamConstants.END_ELEMENT -> {
                        return new XmlElement(name, type, children.isEmpty() ? text.toString() : "", children);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                        text.append(reader.getText());
                    case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> {}
                    default -> throw malformed("an entity that XML does not define, in " + name, null);
                }
            }
        }
    }
}
