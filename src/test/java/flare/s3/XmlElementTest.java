package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.Fault;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlElementTest {

    @Test
    void readsElementsAndTextWhateverTheNamespace() {
        XmlElement root = parse("""
                <?xml version="1.0" encoding="UTF-8"?>
                <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Object><Key>a &amp; <![CDATA[<b>]]> &#13;ü</Key></Object>
                  <!-- a remark --><Object><Key/></Object><x:Quiet xmlns:x="urn:x">true</x:Quiet>
                </Delete>
                """);
        assertThat(root.all("Object")).hasSize(2);
        assertThat(root.all("Object").get(0).only("Key").text()).isEqualTo("a & <b> \rü");
        assertThat(root.all("Object").get(1).only("Key").text()).isEmpty();
        assertThat(root.only("Quiet").text()).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "no xml",
                "<Delete>",
                "<Delete></Object>",
                "<Delete/><Delete/>",
                "<Other/>",
                "<Delete>&unknown;</Delete>",
                "<!DOCTYPE Delete><Delete/>",
                "<!DOCTYPE d [<!ENTITY x \"y\">]><Delete>&x;</Delete>",
                "<Delete>\u0001</Delete>",
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Delete>\u00fc"
            })
    void refusesWhatIsNoDocumentOfItsKind(String document) {
        refused(document.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        refused("<Delete>\u00fc</Delete>".getBytes(StandardCharsets.ISO_8859_1));
        refused("<Delete/>".getBytes(StandardCharsets.UTF_16));
    }

    @Test
    void readsNoFileThatAnEntityNames(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        String document = "<!DOCTYPE d [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]><Delete>&x;</Delete>";
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(FlareException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void isBoundedInDepthAndElements() {
        assertThat(parse("<Delete>" + "<a>".repeat(31) + "</a>".repeat(31) + "</Delete>")
                        .name())
                .isEqualTo("Delete");
        refused("<Delete>" + "<a>".repeat(32) + "</a>".repeat(32) + "</Delete>");
        refused("<Delete>" + "<a>".repeat(100_000));
        assertThat(parse("<Delete>" + "<a/>".repeat(XmlElement.MAX_ELEMENTS - 1) + "</Delete>")
                        .children())
                .hasSize(XmlElement.MAX_ELEMENTS - 1);
        refused("<Delete>" + "<a/>".repeat(XmlElement.MAX_ELEMENTS) + "</Delete>");
    }

    @Test
    void expandsNoBillionOfLaughs() {
        StringBuilder document = new StringBuilder("<!DOCTYPE d [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 30; i++) {
            document.append("<!ENTITY a")
                    .append(i)
                    .append(" \"")
                    .append(("&a" + (i - 1) + ";").repeat(10))
                    .append("\">");
        }
        refused(document.append("]><Delete>&a29;</Delete>").toString());
    }

    @Test
    void neverFailsOtherThanByName() {
        Random random = new Random(7);
        byte[] good = "<?xml version=\"1.0\"?><Delete><Object><Key>a&lt;&#65;</Key></Object></Delete>"
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                XmlElement.parse(bad, "Delete");
            } catch (FlareException refusal) {
                assertThat(refusal.fault()).isEqualTo(Fault.MALFORMED_XML);
            }
        }
    }

    private static XmlElement parse(String document) {
        return XmlElement.parse(document.getBytes(StandardCharsets.UTF_8), "Delete");
    }

    private static void refused(String document) {
        refused(document.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(byte[] document) {
        assertThatThrownBy(() -> XmlElement.parse(document, "Delete"))
                .isInstanceOfSatisfying(
                        FlareException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.MALFORMED_XML));
    }
}
