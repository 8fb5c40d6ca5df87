package io.undermoon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.LargeArrays;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the floors of the shared model: a room imports only from the rooms below that it is listed with. */
class FloorsTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/io/undermoon/testsupport/"))
            .importPackages("io.undermoon");

    @Test
    void rooms_import_from_lower_floors_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("fault")
                .definedBy("io.undermoon.fault")
                .layer("glob")
                .definedBy("io.undermoon.glob")
                .layer("slot")
                .definedBy("io.undermoon.slot")
                .layer("resp")
                .definedBy("io.undermoon.resp")
                .layer("rediscli")
                .definedBy("io.undermoon.rediscli")
                .layer("metadata")
                .definedBy("io.undermoon.metadata")
                .layer("json")
                .definedBy("io.undermoon.json")
                .layer("umctl")
                .definedBy("io.undermoon.umctl")
                .layer("config")
                .definedBy("io.undermoon.config")
                .layer("tls")
                .definedBy("io.undermoon.tls")
                .layer("client")
                .definedBy("io.undermoon.client")
                .whereLayer("fault")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("glob")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("slot")
                .mayOnlyBeAccessedByLayers("metadata", "json", "umctl")
                .whereLayer("resp")
                .mayOnlyBeAccessedByLayers("rediscli", "client")
                .whereLayer("rediscli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("metadata")
                .mayOnlyBeAccessedByLayers("json", "umctl", "config", "client")
                .whereLayer("json")
                .mayOnlyBeAccessedByLayers("umctl", "client")
                .whereLayer("umctl")
                .mayOnlyBeAccessedByLayers("client")
                .whereLayer("config")
                .mayOnlyBeAccessedByLayers("tls")
                .whereLayer("tls")
                .mayOnlyBeAccessedByLayers("client")
                .whereLayer("client")
                .mayNotBeAccessedByAnyLayer()
                .withOptionalLayers(true)
                .check(classes);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching("io.undermoon.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void only_json_umctl_and_clients_know_jackson() {
        onlyIn("io.undermoon.json", "io.undermoon.umctl", "io.undermoon.client")
                .dependOnClassesThat(resideInAPackage("com.fasterxml.."))
                .check(classes);
    }

    @Test
    void only_clients_open_connections() {
        onlyIn("io.undermoon.resp", "io.undermoon.slot", "io.undermoon.client")
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(classes);
        onlyIn("io.undermoon.client")
                .dependOnClassesThat(
                        resideInAnyPackage("io.netty.bootstrap..", "io.netty.channel..", "io.netty.handler.."))
                .check(classes);
        // A trust manager has a socket among the parameters of its methods.
        onlyIn("io.undermoon.client", "io.undermoon.tls", "io.undermoon.config")
                .dependOnClassesThat(resideInAPackage("java.net.."))
                .check(classes);
    }

    @Test
    void there_is_no_framework() {
        ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.quarkus..", "jakarta.."))
                .check(classes);
        // Key files are read by a parser of Vert.x.
        onlyIn("io.undermoon.tls")
                .dependOnClassesThat(resideInAPackage("io.vertx.."))
                .check(classes);
    }

    private static ClassesShould onlyIn(String... rooms) {
        return ArchRuleDefinition.noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(rooms)))
                .should();
    }

    @Test
    void every_package_says_what_lives_in_it() {
        Set<String> packages =
                classes.stream().map(type -> type.getPackageName()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = classes.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .map(type -> type.getPackageName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).contains("io.undermoon.slot", "io.undermoon.resp");
        assertThat(described).isEqualTo(packages);
    }

    @Test
    void no_package_and_no_large_group_of_classes_is_a_cycle() {
        ClassGraph.ofModule().assertUntied();
    }

    @Test
    void no_reference_array_is_larger_than_native_images_stand() throws IOException {
        LargeArrays.assertNoneOfReferences();
    }

    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
