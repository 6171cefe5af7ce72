package flare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells people to copy must work as it stands there. */
class ReadmeTest {

    private static final String README = read("README.md");

    @Test
    void embeddingCompilesAsWritten(@TempDir Path classes) {
        String block = only("(?s)```java\n(.*?)```");
        String imports = block.lines().filter(ReadmeTest::isImport).collect(Collectors.joining("\n"));
        String statements = block.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        String unit = imports + "\nclass Snippet { void run() throws Exception {\n" + statements + "\n}}";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();

        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path")),
                        null,
                        List.of(new Source(unit)))
                .call();

        assertThat(compiled).as("%s", said).isTrue();
    }

    @Test
    void coordinatesAreThePoms() {
        String coordinates =
                "(?s)<groupId>[^<]*</groupId>\\s*<artifactId>[^<]*</artifactId>\\s*<version>[^<]*</version>";
        String pom = Pattern.compile(coordinates)
                .matcher(read("pom.xml"))
                .results()
                .findFirst()
                .orElseThrow()
                .group();
        assertThat(only("(" + coordinates + ")").replaceAll("\\s", "")).isEqualTo(pom.replaceAll("\\s", ""));
    }

    @Test
    void environmentVariablesAreThoseThatAreRead() {
        assertThat(variables(README.substring(
                        README.indexOf("| variable |"), README.indexOf("## A cluster on this machine"))))
                .isEqualTo(variables(read("src/main/resources/application.conf")));
    }

    private static List<String> variables(String text) {
        return Pattern.compile("FLARE_[A-Z_]*[A-Z]|`…_FILE`")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .map(name -> name.startsWith("`") ? "FLARE_CLUSTER_SECRET_FILE" : name)
                .distinct()
                .sorted()
                .toList();
    }

    private static String only(String pattern) {
        List<String> found = Pattern.compile(pattern)
                .matcher(README)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(found).as(pattern).hasSize(1);
        return found.get(0);
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String code) {
            super(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
