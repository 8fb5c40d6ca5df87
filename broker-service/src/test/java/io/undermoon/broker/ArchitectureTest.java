package io.undermoon.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.LargeArrays;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The package structure of the broker: a package imports only from those listed for it. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.undermoon.broker");

    @Test
    void rooms_import_from_lower_floors_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("rest")
                .definedBy("io.undermoon.broker.rest")
                .layer("monitor")
                .definedBy("io.undermoon.broker.monitor")
                .layer("config")
                .definedBy("io.undermoon.broker.config")
                .layer("auth")
                .definedBy("io.undermoon.broker.auth")
                .layer("proxy")
                .definedBy("io.undermoon.broker.proxy")
                .layer("data")
                .definedBy("io.undermoon.broker.data")
                .layer("replica")
                .definedBy("io.undermoon.broker.replica")
                .layer("store")
                .definedBy("io.undermoon.broker.store")
                .layer("observe")
                .definedBy("io.undermoon.broker.observe")
                .layer("plan")
                .definedBy("io.undermoon.broker.plan")
                .layer("storage")
                .definedBy("io.undermoon.broker.storage..")
                .layer("state")
                .definedBy("io.undermoon.broker.state")
                .whereLayer("rest")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("monitor")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("config")
                .mayOnlyBeAccessedByLayers("rest")
                .whereLayer("auth")
                .mayOnlyBeAccessedByLayers("config", "rest")
                .whereLayer("proxy")
                .mayOnlyBeAccessedByLayers("config")
                .whereLayer("data")
                .mayOnlyBeAccessedByLayers("config", "rest")
                .whereLayer("replica")
                .mayOnlyBeAccessedByLayers("config", "rest")
                .whereLayer("observe")
                .mayOnlyBeAccessedByLayers("config", "proxy", "rest")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers("config", "proxy", "replica", "rest", "monitor")
                .whereLayer("plan")
                .mayOnlyBeAccessedByLayers("observe", "proxy", "store", "rest", "monitor")
                .whereLayer("storage")
                .mayOnlyBeAccessedByLayers("store", "config")
                .whereLayer("state")
                .mayOnlyBeAccessedByLayers(
                        "config", "monitor", "observe", "plan", "replica", "rest", "storage", "store")
                .check(CLASSES);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("io.undermoon.broker.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void the_core_knows_no_framework_and_does_no_io() {
        noClasses()
                .that()
                .resideInAnyPackage("io.undermoon.broker.plan", "io.undermoon.broker.state")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "jakarta..", "io.quarkus..", "io.vertx..", "java.nio.file..", "java.net..", "java.time..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("io.undermoon.broker.store", "io.undermoon.broker.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta..", "io.quarkus..", "io.vertx..")
                .check(CLASSES);
    }

    @Test
    void every_package_says_what_lives_in_it() {
        Set<String> packages = CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> described = CLASSES.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
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
