package flare;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInAnyPackage;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;

/**
 * The design's package diagram and its "only in" sentences, held. Beyond the diagram's arrows every package may use
 * model, config and telemetry; the package {@code flare} wires everything and may use all.
 */
@AnalyzeClasses(packages = "flare", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] COMMON = {"flare.model..", "flare.config..", "flare.telemetry.."};
    private static final String[] JDK_AND_NULLNESS = {"java..", "org.jspecify.."};

    @ArchTest
    static final ArchRule PACKAGES_FOLLOW_THE_DIAGRAM = classes()
            .that()
            .resideOutsideOfPackages("flare", "flare.model..", "flare.config..", "flare.telemetry..")
            .should(adhereToPlantUmlDiagram(
                            Path.of("docs", "architecture.puml"), consideringOnlyDependenciesInAnyPackage("flare.."))
                    .ignoreDependenciesWithTarget(resideInAnyPackage(COMMON)));

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("flare.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule MODEL_NEEDS_NOTHING_BUT_THE_JDK = classes()
            .that()
            .resideInAPackage("flare.model..")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("flare.model..").or(resideInAnyPackage(JDK_AND_NULLNESS)));

    @ArchTest
    static final ArchRule SIGNATURES_NEED_NOTHING_BUT_THE_JDK = classes()
            .that()
            .resideInAPackage("flare.sigv4..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("flare.sigv4..", "flare.model..", "java..", "javax.crypto..", "org.jspecify.."));

    @ArchTest
    static final ArchRule ACCESS_IS_PURE = classes()
            .that()
            .resideInAPackage("flare.access..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "flare.access..", "flare.model..", "java..", "com.fasterxml.jackson..", "org.jspecify.."));

    @ArchTest
    static final ArchRule CONFIG_KNOWS_ONLY_MODEL = noClasses()
            .that()
            .resideInAPackage("flare.config..")
            .should()
            .dependOnClassesThat(resideInAPackage("flare..").and(resideOutsideOf("flare.config..", "flare.model..")));

    @ArchTest
    static final ArchRule TELEMETRY_KNOWS_ONLY_MODEL_AND_CONFIG = noClasses()
            .that()
            .resideInAPackage("flare.telemetry..")
            .should()
            .dependOnClassesThat(resideInAPackage("flare..").and(resideOutsideOf(COMMON)));

    @ArchTest
    static final ArchRule RATIS_AND_ROCKSDB_STAY_IN_METADATA = noClasses()
            .that()
            .resideOutsideOfPackage("flare.metadata..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.ratis..", "org.rocksdb..", "com.google.protobuf..", "flare.metadata.wire..");

    @ArchTest
    static final ArchRule HOCON_IS_READ_IN_CONFIG = noClasses()
            .that()
            .resideOutsideOfPackages("flare.config..", "flare")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.typesafe.config..");

    @ArchTest
    static final ArchRule HTTP_STAYS_AT_THE_EDGES = noClasses()
            .that()
            .resideInAnyPackage(
                    "flare.model..",
                    "flare.config..",
                    "flare.metadata..",
                    "flare.cluster..",
                    "flare.placement..",
                    "flare.repair..",
                    "flare.chunk..",
                    "flare.object..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.pekko.http..");

    @ArchTest
    static final ArchRule XML_STAYS_IN_ITS_READER_AND_ITS_WRITER = noClasses()
            .that()
            .haveNameNotMatching("flare\\.s3\\.(XmlWriter|XmlElement)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.xml..", "org.w3c.dom..", "org.xml.sax..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses()
            .that()
            .resideOutsideOfPackages("flare", "flare.cli..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule LOGS_GO_THROUGH_SLF4J =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    private static DescribedPredicate<JavaClass> resideOutsideOf(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage(packages));
    }
}
