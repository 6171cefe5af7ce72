package flare;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each actor's table of handlers has a line for each message of its protocol: Java 17 has no pattern switch whose
 * exhaustiveness the compiler could check. Read from the byte code, so that no actor need be made.
 */
class ActorProtocolTest {

    private static final List<JavaClass> ACTORS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("flare").stream()
                    .filter(type -> type.isAssignableTo(AbstractBehavior.class))
                    .toList();

    static List<JavaClass> actors() {
        return ACTORS;
    }

    @Test
    void findsTheActors() {
        assertThat(ACTORS)
                .extracting(JavaClass::getSimpleName)
                .contains("MetadataActor", "PlacementActor", "HealthActor", "NodeMapActor", "WorkerActor");
    }

    @ParameterizedTest
    @MethodSource("actors")
    void handlesEachMessageOfItsProtocol(JavaClass actor) {
        Class<?> protocol = protocol(actor.reflect());
        assertThat(protocol.isSealed()).as("%s is sealed", protocol).isTrue();

        assertThat(handled(actor)).isEqualTo(messages(protocol).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Class<?> protocol(Class<?> actor) {
        ParameterizedType behavior = (ParameterizedType) actor.getGenericSuperclass();
        return (Class<?>) behavior.getActualTypeArguments()[0];
    }

    private static Stream<String> messages(Class<?> type) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        return permitted == null || type.isEnum()
                ? Stream.of(type.getName())
                : Stream.of(permitted).flatMap(ActorProtocolTest::messages);
    }

    /** The classes of messages that the table names; of signals it names others. */
    private static Set<String> handled(JavaClass actor) {
        JavaMethod table = actor.getMethod("createReceive");
        Class<?> protocol = protocol(actor.reflect());
        return table.getReferencedClassObjects().stream()
                .map(ReferencedClassObject::getRawType)
                .map(JavaClass::reflect)
                .filter(protocol::isAssignableFrom)
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
