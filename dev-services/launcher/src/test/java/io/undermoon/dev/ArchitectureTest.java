package io.undermoon.dev;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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
                .layer("plan")
                .definedBy(ROOT + ".plan")
                .layer("os")
                .definedBy(ROOT + ".os")
                .layer("controlplane")
                .definedBy(ROOT + ".controlplane")
                .layer("access")
                .definedBy(ROOT + ".access")
                .layer("output")
                .definedBy(ROOT + ".output")
                .layer("doctor")
                .definedBy(ROOT + ".doctor")
                .layer("datadir")
                .definedBy(ROOT + ".datadir")
                .layer("lifecycle")
                .definedBy(ROOT + ".lifecycle")
                .layer("bench")
                .definedBy(ROOT + ".bench..")
                .layer("clusterclient")
                .definedBy(ROOT + ".clusterclient")
                .layer("check")
                .definedBy(ROOT + ".check..")
                .layer("imports")
                .definedBy(ROOT + ".imports..")
                .layer("backups")
                .definedBy(ROOT + ".backups..")
                .layer("cli")
                .definedBy(ROOT + ".cli..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("lifecycle")
                .mayOnlyBeAccessedByLayers("bench", "cli")
                .whereLayer("bench")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("check")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("imports")
                .mayOnlyBeAccessedByLayers("backups", "cli")
                .whereLayer("backups")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("access")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("output")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("doctor")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("clusterclient")
                .mayOnlyBeAccessedByLayers("check", "bench", "imports", "backups", "doctor", "cli")
                .whereLayer("controlplane")
                .mayOnlyBeAccessedByLayers("access", "doctor", "lifecycle", "bench", "cli")
                .whereLayer("datadir")
                .mayOnlyBeAccessedByLayers("lifecycle", "bench", "cli")
                .whereLayer("os")
                .mayOnlyBeAccessedByLayers("access", "datadir", "lifecycle", "bench", "cli")
                .check(CLASSES);
    }

    @Test
    void options_know_no_command_and_no_command_the_program() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".cli.options")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".cli..").and(not(resideInAPackage("..options"))))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".cli.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".cli")
                .check(CLASSES);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_says_what_it_is_for() {
        assertThat(CLASSES.getPackage(ROOT).getSubpackagesInTree())
                .isNotEmpty()
                .allMatch(room -> room.tryGetPackageInfo().isPresent(), "has a package-info")
                .extracting(JavaPackage::getRelativeName)
                .contains(
                        "plan",
                        "os",
                        "datadir",
                        "controlplane",
                        "access",
                        "output",
                        "doctor",
                        "lifecycle",
                        "bench",
                        "clusterclient",
                        "check",
                        "imports",
                        "backups",
                        "cli");
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
