package io.undermoon.dev;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.undermoon.dev";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void rooms_use_only_lower_floors() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
                .layer("stack")
                .definedBy(ROOT + ".stack")
                .layer("process")
                .definedBy(ROOT + ".process")
                .layer("redis")
                .definedBy(ROOT + ".redis")
                .layer("client")
                .definedBy(ROOT + ".client")
                .layer("state")
                .definedBy(ROOT + ".state")
                .layer("run")
                .definedBy(ROOT + ".run")
                .layer("bench")
                .definedBy(ROOT + ".bench..")
                .layer("cluster")
                .definedBy(ROOT + ".cluster")
                .layer("check")
                .definedBy(ROOT + ".check..")
                .layer("cli")
                .definedBy(ROOT + ".cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("run")
                .mayOnlyBeAccessedByLayers("bench", "cli")
                .whereLayer("bench")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("check")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("check", "bench", "cli")
                .whereLayer("redis")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("run", "bench", "cli")
                .whereLayer("state")
                .mayOnlyBeAccessedByLayers("run", "bench", "cli")
                .whereLayer("process")
                .mayOnlyBeAccessedByLayers("state", "run", "bench", "cli")
                .check(CLASSES);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_says_what_it_is_for() {
        assertThat(CLASSES.getPackage(ROOT).getSubpackages())
                .isNotEmpty()
                .allMatch(room -> room.tryGetPackageInfo().isPresent(), "has a package-info")
                .extracting(JavaPackage::getRelativeName)
                .contains("stack", "process", "state", "redis", "client", "run", "bench", "cluster", "check", "cli");
    }

    @Test
    void no_package_and_no_large_group_of_classes_is_a_cycle() {
        ClassGraph.ofModule().assertUntied();
    }

    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
