package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Each row of the bad-input table has a test that is called by its number. */
class BadInputRowsTest {

    private static final int ROWS = 80;
    private static final Pattern NAME = Pattern.compile("row(\\d+)[A-Z].*");
    private static final String CLASS = ".class";

    @Test
    void everyRowHasATestCalledByItsNumber() throws Exception {
        TreeMap<Integer, Set<String>> tests = new TreeMap<>();
        for (Class<?> type : testClasses()) {
            for (Method method : type.getDeclaredMethods()) {
                Matcher row = NAME.matcher(method.getName());
                if (row.matches() && runs(method)) {
                    tests.computeIfAbsent(Integer.valueOf(row.group(1)), any -> new TreeSet<>())
                            .add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        Set<Integer> missing = new TreeSet<>();
        for (int row = 1; row <= ROWS; row++) {
            if (!tests.containsKey(row)) {
                missing.add(row);
            }
        }
        System.out.println("bad input: " + (ROWS - missing.size()) + " of " + ROWS + " rows have "
                + tests.values().stream().mapToInt(Set::size).sum() + " tests");
        assertThat(missing).as("rows without a test").isEmpty();
        assertThat(tests.lastKey()).as("a row of the table").isEqualTo(ROWS);
    }

    private static boolean runs(Method method) {
        return (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                && !method.isAnnotationPresent(Disabled.class);
    }

    /** Found and not initialised: no server is to start for this. */
    private static List<Class<?>> testClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(BadInputRowsTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> classes = new java.util.ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = root.relativize(file).toString().replace('/', '.');
                if (name.endsWith("Test" + CLASS)) {
                    String type = name.substring(0, name.length() - CLASS.length());
                    classes.add(Class.forName(type, false, BadInputRowsTest.class.getClassLoader()));
                }
            }
        }
        return classes;
    }
}
