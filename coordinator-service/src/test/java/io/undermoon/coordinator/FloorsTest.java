package io.undermoon.coordinator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.LargeArrays;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class FloorsTest {
    private static final String ROOT = "io.undermoon.coordinator";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void rooms_import_only_from_the_floors_below() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
                .layer("job")
                .definedBy(ROOT + ".job")
                .layer("loops on sync")
                .definedBy(ROOT + ".detect", ROOT + ".migrate")
                .layer("sync")
                .definedBy(ROOT + ".sync")
                .layer("failover")
                .definedBy(ROOT + ".failover")
                .layer("broker")
                .definedBy(ROOT + ".broker")
                .layer("proxy")
                .definedBy(ROOT + ".proxy")
                .layer("admin")
                .definedBy(ROOT + ".admin")
                .layer("config")
                .definedBy(ROOT + ".config")
                .layer("port")
                .definedBy(ROOT + ".port")
                .whereLayer("job")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("loops on sync")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("sync")
                .mayOnlyBeAccessedByLayers("job", "loops on sync")
                .whereLayer("failover")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("broker")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("proxy")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("admin")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("config")
                .mayOnlyBeAccessedByLayers("job")
                .whereLayer("port")
                .mayOnlyBeAccessedByLayers("job", "loops on sync", "sync", "failover", "broker", "proxy", "admin")
                .check(classes);
    }

    @Test
    void rooms_have_no_cycles_and_loops_do_not_import_each_other() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(classes);
        slices().matching(ROOT + ".(detect|migrate|failover)..")
                .should()
                .notDependOnEachOther()
                .check(classes);
    }

    @Test
    void the_core_is_plain_java() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".port", ROOT + ".detect", ROOT + ".sync", ROOT + ".migrate", ROOT + ".failover")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "io.netty..", "java.net..", "com.fasterxml..")
                .check(classes);
    }

    @Test
    void every_package_says_what_lives_there() {
        for (JavaPackage room : classes.getPackage(ROOT).getSubpackages()) {
            assertThat(room.tryGetPackageInfo()).as(room.getName()).isPresent();
            assertThat(room.isAnnotatedWith(NullMarked.class))
                    .as(room.getName())
                    .isTrue();
        }
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
